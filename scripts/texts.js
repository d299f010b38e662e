#!/usr/bin/env node
/**
 * Compiles the editor's texts (`src/renderer/texts/*.json`) to typed functions in `out/texts`,
 * imported as `#texts/…`.
 */
import { existsSync, readdirSync, readFileSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root, runTool } from './setup.js';

const sources = join(root, 'src', 'renderer', 'texts');
const target = join(root, 'out', 'texts');

/** Compiles if a text changed. Ends the process with 1 if a language lacks a text. */
export function compileTexts() {
  const files = readdirSync(sources).filter((name) => name.endsWith('.json'));
  checkComplete(files);
  const settings = join(sources, 'project.inlang', 'settings.json');
  const inputs = [...files.map((name) => join(sources, name)), settings];
  const compiled = join(target, 'runtime.js');
  const newest = Math.max(...inputs.map((path) => statSync(path).mtimeMs));
  if (existsSync(compiled) && statSync(compiled).mtimeMs > newest) return;
  runTool('@inlang/paraglide-js/bin/run.js', [
    'compile',
    ...['--project', 'src/renderer/texts/project.inlang', '--outdir', 'out/texts'],
    ...['--strategy', 'globalVariable', 'baseLocale', '--silent'],
  ]);
  // The compiler does not touch files that stay the same; their time must say when it last ran.
  utimesSync(compiled, new Date(), new Date());
  // The compiler only warns when it finds no texts.
  if (readFileSync(join(target, 'messages', '_index.js'), 'utf8').includes('export')) return;
  console.error('The texts of the editor were not compiled.');
  process.exit(1);
}

/**
 * Ends the process with 1 if a file lacks a text that another one has.
 * @param {readonly string[]} files
 */
function checkComplete(files) {
  const languages = files.map((name) => {
    /** @type {Record<string, unknown>} */
    const texts = JSON.parse(readFileSync(join(sources, name), 'utf8'));
    return { name, keys: new Set(Object.keys(texts)) };
  });
  const all = new Set(languages.flatMap(({ keys }) => [...keys]));
  const missing = languages.flatMap(({ name, keys }) =>
    [...all].filter((key) => !keys.has(key)).map((key) => `${name}: ${key}`),
  );
  if (missing.length === 0) return;
  console.error(`Texts without a translation:\n${missing.join('\n')}`);
  process.exit(1);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) compileTexts();
