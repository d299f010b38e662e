/** Electron's executable: where it is, whether it can run here, and fetching it. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './setup.js';

const folder = join(root, 'node_modules', 'electron');
const refused = join(root, 'out', 'electron-refused.txt');

const MINUTE = 60_000;
const FETCH_MS = 5 * MINUTE;
/** Whoever is offline is not asked to wait at every start. */
const AGAIN_MS = 24 * 60 * MINUTE;

/**
 * The executable, or null where it has not been fetched.
 * @returns {string | null}
 */
export function findElectron() {
  const name = join(folder, 'path.txt');
  if (!existsSync(name)) return null;
  const dist = process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(folder, 'dist');
  const path = join(dist, readFileSync(name, 'utf8'));
  return existsSync(path) ? path : null;
}

/**
 * Why a window cannot be shown here, whatever is installed; null: it can.
 * @returns {string | null}
 */
export function whyNoWindow() {
  if (process.platform !== 'linux') return null;
  if (!process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return 'there is no display';
  return process.getuid?.() === 0 ? 'Electron does not run as root' : null;
}

/** Fetches the executable, once: the package itself holds none. Returns `{path}`, or `{reason}` when it cannot. */
export function fetchElectron() {
  const found = findElectron();
  if (found !== null) return { path: found };
  const script = join(folder, 'install.js');
  if (!existsSync(script)) return { reason: 'Electron is not installed' };
  if (existsSync(refused) && Date.now() - statSync(refused).mtimeMs < AGAIN_MS) {
    return { reason: readFileSync(refused, 'utf8') };
  }
  console.log('Fetching Electron, once (about 120 MB)…');
  const { status, error, stderr } = spawnSync(process.execPath, [script], {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    timeout: FETCH_MS,
  });
  const path = status === 0 ? findElectron() : null;
  if (path !== null) {
    rmSync(refused, { force: true });
    return { path };
  }
  const why = error?.code === 'ETIMEDOUT' ? 'it took too long' : firstLine(stderr);
  const reason = `Electron could not be fetched (${why})`;
  mkdirSync(join(root, 'out'), { recursive: true });
  writeFileSync(refused, reason);
  return { reason };
}

function firstLine(text) {
  const line = text?.split('\n').find((one) => /error|failed/i.test(one)) ?? '';
  return line.replace(/^(\w*Error: ?)+/, '').trim() || 'the download failed';
}
