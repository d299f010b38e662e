import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from './photos.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TOOL = 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs';

/** Checks a small project with the import rules; returns the names of the rules that it breaks. */
function brokenRules(files: Readonly<Record<string, string>>): string[] {
  const project = temporaryFolder();
  symlinkSync(join(ROOT, 'node_modules'), join(project, 'node_modules'), 'junction');
  writeFileSync(join(project, 'tsconfig.json'), '{}');
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(project, name)), { recursive: true });
    writeFileSync(join(project, name), text);
  }
  const config = join(ROOT, '.dependency-cruiser.cjs');
  const args = [join(ROOT, TOOL), 'src', '--config', config, '--output-type', 'json'];
  // With JSON the tool exits with 0 whatever it finds.
  const json = execFileSync(process.execPath, args, { cwd: project, encoding: 'utf8' });
  const { summary } = JSON.parse(json) as { summary: { violations: { rule: { name: string } }[] } };
  return [...new Set(summary.violations.map(({ rule }) => rule.name))].sort();
}

const LEAF = 'export const leaf = 1;\n';

describe('the import rules', () => {
  it('allow an import down the rows of rooms', () => {
    const files = {
      'src/main/app/use-case.ts': "import '../storage/leaf.js';\n",
      'src/main/storage/leaf.ts': LEAF,
    };
    expect(brokenRules(files)).toEqual([]);
  });

  it.each([
    [
      'main-storage-upwards',
      'src/main/storage/planted.ts',
      '../app/leaf.js',
      'src/main/app/leaf.ts',
    ],
    [
      'main-engine-upwards',
      'src/main/engine/planted.ts',
      '../batch/leaf.js',
      'src/main/batch/leaf.ts',
    ],
    [
      'main-tiling-upwards',
      'src/main/tiling/planted.ts',
      '../engine/leaf.js',
      'src/main/engine/leaf.ts',
    ],
    [
      'pixel-maths-stays-pure',
      'src/main/grain/planted.ts',
      '../storage/leaf.js',
      'src/main/storage/leaf.ts',
    ],
    ['shared-stays-pure', 'src/shared/planted.ts', '../main/leaf.js', 'src/main/leaf.ts'],
    ['sides-apart', 'src/renderer/planted.ts', '../main/leaf.js', 'src/main/leaf.ts'],
  ])('report %s', (rule, planted, target, leaf) => {
    expect(brokenRules({ [planted]: `import '${target}';\n`, [leaf]: LEAF })).toContain(rule);
  });

  it('report a cycle', () => {
    const files = {
      'src/shared/one.ts':
        "import { two } from './two.js';\nexport const one = (): unknown => two;\n",
      'src/shared/two.ts':
        "import { one } from './one.js';\nexport const two = (): unknown => one;\n",
    };
    expect(brokenRules(files)).toEqual(['no-cycles']);
  });
});
