/**
 * Prepares a clone for use: installs packages if the lock file is newer than `node_modules`, and
 * builds if a source is newer than the build. Does nothing when both are up to date. Imports only
 * Node's own modules, because it runs before anything is installed.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root folder of the project. */
export const root = fileURLToPath(new URL('..', import.meta.url));

const MINIMUM_NODE = { major: 20, minor: 19 };

/** Entries of the build; the oldest of them says when the last build ended. */
const BUILT = [
  'main/index.js',
  'main/cli.js',
  'main/engine.js',
  'main/server.js',
  'main/engine-worker.js',
  'preload/index.cjs',
  'renderer/index.html',
];

/**
 * Runs a program with its output shown. Ends this process with the program's exit code on failure.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnSyncOptions} [options]
 */
export function run(program, args, options = {}) {
  const result = spawnSync(program, args, { cwd: root, stdio: 'inherit', ...options });
  if (result.error) console.error(`${program}: ${result.error.message}`);
  if (result.status !== 0) process.exit(result.status ?? 1);
}

/**
 * Runs a JavaScript tool of an installed package, without a shell.
 * @param {string} path Path below `node_modules`.
 * @param {readonly string[]} args
 */
export function runTool(path, args) {
  run(process.execPath, [join(root, 'node_modules', path), ...args]);
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const { major: needed, minor: atLeast } = MINIMUM_NODE;
  if (major > needed || (major === needed && minor >= atLeast)) return;
  console.error(
    `Unsmear needs Node ${needed}.${atLeast} or newer; this is ${process.versions.node}.`,
  );
  process.exit(1);
}

/**
 * Returns the modification time in ms; 0 if the file does not exist.
 * @param {string} path
 */
function modifiedAt(path) {
  return existsSync(path) ? statSync(path).mtimeMs : 0;
}

/**
 * Returns the latest modification time of the files below a folder, in ms.
 * @param {string} folder
 * @returns {number}
 */
function newestBelow(folder) {
  let latest = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    latest = Math.max(latest, entry.isDirectory() ? newestBelow(path) : modifiedAt(path));
  }
  return latest;
}

function installPackages() {
  const lockedAt = modifiedAt(join(root, 'package-lock.json'));
  // npm rewrites this file at the end of every installation.
  if (modifiedAt(join(root, 'node_modules', '.package-lock.json')) >= lockedAt) return;
  console.log('Installing packages…');
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    shell: process.platform === 'win32',
  });
}

/** Compiles the editor's texts. Type checks need them even when nothing has to be built. */
async function prepareTexts() {
  // Imported here because texts.js imports this file.
  const { compileTexts } = await import('./texts.js');
  compileTexts();
}

/**
 * Builds all entries into `out/`.
 * @param {'error' | 'info'} [logLevel]
 */
export async function build(logLevel = 'error') {
  await prepareTexts();
  runTool('electron-vite/bin/electron-vite.js', ['build', '--logLevel', logLevel]);
}

async function buildIfStale() {
  await prepareTexts();
  const sources = [
    newestBelow(join(root, 'src')),
    modifiedAt(join(root, 'electron.vite.config.ts')),
    modifiedAt(join(root, 'package-lock.json')),
  ];
  const builtAt = Math.min(...BUILT.map((name) => modifiedAt(join(root, 'out', name))));
  if (builtAt >= Math.max(...sources)) return;
  console.log('Building…');
  await build();
}

/**
 * Checks the version of Node, installs missing packages and rebuilds a stale build.
 * @param {{ withBuild?: boolean }} [options]
 */
export async function setUp({ withBuild = true } = {}) {
  checkNode();
  installPackages();
  if (withBuild) await buildIfStale();
}
