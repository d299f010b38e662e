#!/usr/bin/env node
/**
 * Compiles texts to typed functions, imported as `#texts/…`: the editor's from `src/renderer/texts`
 * to `out/texts`, those of both sides (errors) from `src/shared/texts` to `out/texts/shared`.
 */
import { existsSync, readdirSync, readFileSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root, runTool } from './setup.js';

/** The compiler empties the first folder, which holds the second. */
const CATALOGUES = [
  { sources: 'src/renderer/texts', target: 'out/texts', structure: 'message-modules' },
  { sources: 'src/shared/texts', target: 'out/texts/shared', structure: 'locale-modules' },
];

/** Hints for the command line, which speaks English. */
const ENGLISH_ONLY = /\.cli$/;

/** Compiles the texts that changed. Ends the process with 1 if a language lacks a text. */
export function compileTexts() {
  for (const { sources, target, structure } of CATALOGUES) compile(sources, target, structure);
}

/**
 * @param {string} sources
 * @param {string} target
 * @param {string} structure
 */
function compile(sources, target, structure) {
  const folder = join(root, sources);
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  checkComplete(folder, files);
  const inputs = [...files, 'project.inlang/settings.json'].map((name) => join(folder, name));
  const compiled = join(root, target, 'runtime.js');
  const newest = Math.max(...inputs.map((path) => statSync(path).mtimeMs));
  if (existsSync(compiled) && statSync(compiled).mtimeMs > newest) return;
  runTool('@inlang/paraglide-js/bin/run.js', [
    'compile',
    ...['--project', `${sources}/project.inlang`, '--outdir', target],
    ...['--output-structure', structure],
    ...['--strategy', 'globalVariable', 'baseLocale', '--silent'],
  ]);
  // The compiler does not touch files that stay the same; their time must say when it last ran.
  utimesSync(compiled, new Date(), new Date());
  // The compiler only warns when it finds no texts.
  const index = join(root, target, 'messages', '_index.js');
  if (readFileSync(index, 'utf8').includes('export')) return;
  console.error(`The texts of ${sources} were not compiled.`);
  process.exit(1);
}

/**
 * Ends the process with 1 if a file lacks a text that another one has.
 * @param {string} folder
 * @param {readonly string[]} files
 */
function checkComplete(folder, files) {
  const languages = files.map((name) => {
    const path = join(folder, name);
    /** @type {Record<string, unknown>} */
    const texts = JSON.parse(readFileSync(path, 'utf8'));
    return { path, keys: new Set(Object.keys(texts)) };
  });
  const all = new Set(languages.flatMap(({ keys }) => [...keys]));
  const missing = languages.flatMap(({ path, keys }) =>
    [...all]
      .filter((key) => !keys.has(key) && !ENGLISH_ONLY.test(key))
      .map((key) => `${path}: ${key}`),
  );
  if (missing.length === 0) return;
  console.error(`Texts without a translation:\n${missing.join('\n')}`);
  process.exit(1);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) compileTexts();
