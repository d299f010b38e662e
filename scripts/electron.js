/** Finds and downloads Electron's executable, and says whether a window can be shown. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './setup.js';

const folder = join(root, 'node_modules', 'electron');
/** Holds the reason of the last failed download. */
const failure = join(root, 'out', 'electron-refused.txt');

const MINUTE = 60_000;
const DOWNLOAD_TIMEOUT_MS = 5 * MINUTE;
/** Time until a failed download is tried again, so that starting offline stays quick. */
const RETRY_AFTER_MS = 24 * 60 * MINUTE;

/**
 * Returns the path of the executable; `null` if it has not been downloaded.
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
 * Returns why this system cannot show a window; `null` if it can.
 * @returns {string | null}
 */
export function whyNoWindow() {
  if (process.platform !== 'linux') return null;
  if (!process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return 'there is no display';
  return process.getuid?.() === 0 ? 'Electron does not run as root' : null;
}

/**
 * Returns Electron's executable and downloads it first if needed: the npm package contains none.
 * @returns {{ path: string, reason?: undefined } | { path?: undefined, reason: string }} The path,
 *   or the reason why there is none.
 */
export function fetchElectron() {
  const found = findElectron();
  if (found !== null) return { path: found };
  const script = join(folder, 'install.js');
  if (!existsSync(script)) return { reason: 'Electron is not installed' };
  if (existsSync(failure) && Date.now() - statSync(failure).mtimeMs < RETRY_AFTER_MS) {
    return { reason: readFileSync(failure, 'utf8') };
  }
  console.log('Downloading Electron, once (about 120 MB)…');
  const { status, error, stderr } = spawnSync(process.execPath, [script], {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    timeout: DOWNLOAD_TIMEOUT_MS,
  });
  const path = status === 0 ? findElectron() : null;
  if (path !== null) {
    rmSync(failure, { force: true });
    return { path };
  }
  const timedOut = error !== undefined && 'code' in error && error.code === 'ETIMEDOUT';
  const why = timedOut ? 'it took too long' : errorLine(stderr);
  const reason = `Electron could not be downloaded (${why})`;
  mkdirSync(join(root, 'out'), { recursive: true });
  writeFileSync(failure, reason);
  return { reason };
}

/**
 * Returns the first line that reports an error, without the error's class.
 * @param {string} stderr
 */
function errorLine(stderr) {
  const line = stderr.split('\n').find((one) => /error|failed/i.test(one)) ?? '';
  return line.replace(/^(\w*Error: ?)+/, '').trim() || 'the download failed';
}
