/** Shared parts of the benchmarks: paths, modules of the program, statistics. */
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, runnerImport } from 'vite';

export const MB = 2 ** 20;

/**
 * Returns the absolute path of a file of the project.
 * @param {string} path Path from the project's root.
 */
export function at(path) {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}

/**
 * Imports a TypeScript module of the project. The caller casts the result to the module's type.
 * @param {string} path Path from the project's root.
 * @returns {Promise<unknown>}
 */
export async function load(path) {
  return (await runnerImport(at(path))).module;
}

/**
 * Bundles TypeScript modules of the project and imports them: as fast as in the program, where
 * `load` makes calls between modules slow. The caller casts the result.
 * @param {Record<string, string>} paths Paths from the project's root, by name.
 * @returns {Promise<Record<string, unknown>>}
 */
export function loadBundled(paths) {
  const input = Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, at(path)]));
  const options = { input, output: { entryFileNames: '[name].mjs' } };
  return inTemporaryFolder('bundle', async (outDir) => {
    await build({
      configFile: false,
      logLevel: 'warn',
      ssr: { noExternal: true },
      build: { ssr: true, outDir, emptyOutDir: true, rolldownOptions: options },
    });
    const modules = Object.keys(paths).map(async (name) => [
      name,
      await import(pathToFileURL(join(outDir, `${name}.mjs`)).href),
    ]);
    return Object.fromEntries(await Promise.all(modules));
  });
}

/**
 * Returns the ids of the models in a folder, sorted.
 * @param {string} folder
 */
export function modelsIn(folder) {
  return readdirSync(folder)
    .filter((id) => existsSync(join(folder, id, 'plugin.json')))
    .sort();
}

/**
 * Creates a temporary folder, awaits `work` and removes the folder.
 * @template T
 * @param {string} name Part of the folder's name.
 * @param {(folder: string) => Promise<T>} work
 * @param {boolean} [keep] Keeps the folder and prints its path.
 */
export async function inTemporaryFolder(name, work, keep = false) {
  const folder = await mkdtemp(join(tmpdir(), `unsmear-${name}-`));
  try {
    return await work(folder);
  } finally {
    if (keep) console.log(folder);
    else await rm(folder, { recursive: true, force: true });
  }
}

/** @param {readonly number[]} numbers */
export function sum(numbers) {
  return numbers.reduce((total, value) => total + value, 0);
}

/** @param {readonly number[]} numbers */
export function mean(numbers) {
  return sum(numbers) / numbers.length;
}

/**
 * Returns the middle number, the upper one of two; `NaN` for none.
 * @param {readonly number[]} numbers
 */
export function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? NaN;
}

/** Returns the processor and the number of threads that the system offers. */
export function machine() {
  const processor = cpus()[0]?.model.trim() ?? 'unknown processor';
  return { processor, threads: availableParallelism() };
}
