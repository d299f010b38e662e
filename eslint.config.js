import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import tseslint from 'typescript-eslint';

const typed = {
  projectService: true,
  tsconfigRootDir: import.meta.dirname,
  extraFileExtensions: ['.svelte'],
};

export default tseslint.config(
  { ignores: ['out/', 'dist/', 'node_modules/', 'models/**', 'coverage/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts', '**/*.svelte'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: typed },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // Pixel loops index typed arrays within bounds that the loop guarantees.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  {
    files: ['src/main/**/*.ts'],
    // The engine writes to a pipe that its supervisor reads, not to the terminal.
    ignores: [
      'src/main/hosts/terminal.ts',
      'src/main/cli/progress-bar.ts',
      'src/main/engine/process.ts',
    ],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: [
            'CallExpression[callee.property.name="write"]',
            '[callee.object.property.name=/^std(out|err)$/]',
          ].join(''),
          message: 'Write to the terminal with terminal.ts, which escapes control characters.',
        },
        {
          selector: 'ImportDeclaration[source.value="cli-progress"]',
          message: 'Use cli/progress-bar.ts, which escapes control characters.',
        },
      ],
    },
  },
  ...svelte.configs.recommended,
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { ...typed, parser: tseslint.parser } },
    rules: {
      // The compiler and svelte-check check the globals.
      'no-undef': 'off',
      // The compiler reassigns `$props()` and `$state`.
      'prefer-const': 'off',
      'svelte/prefer-const': 'error',
      // The page's policy blocks style attributes; `style:` directives use the CSSOM.
      'no-restricted-syntax': [
        'error',
        {
          selector: 'SvelteAttribute[key.name="style"]',
          message: "The page's policy blocks style attributes: use a class or a style: directive.",
        },
      ],
      'svelte/no-target-blank': 'error',
      'svelte/require-each-key': 'error',
    },
  },
  {
    files: ['**/*.svelte'],
    rules: {
      // ESLint's parser cannot infer the parameters of handlers in markup; svelte-check can.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      // An effect tracks a value by naming it.
      '@typescript-eslint/no-meaningless-void-operator': 'off',
    },
  },
  {
    files: ['**/*.{ts,svelte,js,cjs}'],
    rules: {
      'max-len': [
        'error',
        {
          code: 100,
          ignoreUrls: true,
          ignoreStrings: true,
          ignoreTemplateLiterals: true,
          ignoreRegExpLiterals: true,
        },
      ],
    },
  },
  {
    files: ['**/*.js'],
    languageOptions: {
      globals: Object.fromEntries(
        ['process', 'console', 'URL', 'Buffer', 'performance', 'fetch', 'AbortController']
          .concat(['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'])
          .map((name) => [name, 'readonly']),
      ),
    },
  },
);
