/**
 * Brings a bare clone to life, and costs nothing when it already lives: packages when the lock file is
 * newer than what is installed, a build when sources are newer than what was built. Uses nothing that
 * has to be installed first.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
const MINIMUM = [20, 19];

/** Runs a program with its output shown; ends this process with its code when it fails. */
export function run(program, args, options = {}) {
  const result = spawnSync(program, args, { cwd: root, stdio: 'inherit', ...options });
  if (result.error) console.error(`${program}: ${result.error.message}`);
  if (result.status !== 0) process.exit(result.status ?? 1);
}

/** Runs a JavaScript tool of an installed package, without a shell. */
export function runTool(path, args, options = {}) {
  return run(process.execPath, [join(root, 'node_modules', path), ...args], options);
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > MINIMUM[0] || (major === MINIMUM[0] && minor >= MINIMUM[1])) return;
  console.error(
    `Unsmear needs Node ${MINIMUM.join('.')} or newer; this is ${process.versions.node}.`,
  );
  process.exit(1);
}

function modified(path) {
  return existsSync(path) ? statSync(path).mtimeMs : 0;
}

function newest(folder) {
  let latest = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    latest = Math.max(latest, entry.isDirectory() ? newest(path) : modified(path));
  }
  return latest;
}

function installPackages() {
  const wanted = modified(join(root, 'package-lock.json'));
  // npm rewrites this file at the end of every install.
  if (modified(join(root, 'node_modules', '.package-lock.json')) >= wanted) return;
  console.log('Installing packages…');
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    shell: process.platform === 'win32',
    // Without: hundreds of megabytes of CUDA libraries on Linux.
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' },
  });
}

/** The types of the texts are needed by every check, so they are there even when nothing has to be built. */
async function texts() {
  // Imported late: it uses this file.
  const { compileTexts } = await import('./texts.js');
  compileTexts();
}

export async function build(logLevel = 'error') {
  await texts();
  runTool('electron-vite/bin/electron-vite.js', ['build', '--logLevel', logLevel]);
}

async function buildWhenOld() {
  await texts();
  const sources = Math.max(
    newest(join(root, 'src')),
    modified(join(root, 'electron.vite.config.ts')),
    modified(join(root, 'package-lock.json')),
  );
  const outputs = [
    'main/index.js',
    'main/cli.js',
    'main/engine.js',
    'main/server.js',
    'main/engine-worker.js',
    'preload/index.cjs',
    'renderer/index.html',
  ].map((name) => modified(join(root, 'out', name)));
  if (Math.min(...outputs) >= sources) return;
  console.log('Building…');
  await build();
}

export async function setUp({ withBuild = true } = {}) {
  checkNode();
  installPackages();
  if (withBuild) await buildWhenOld();
}
