/** Helpers for scripts that drive the editor in Chromium outside of the test runner. */
import { chromium } from '@playwright/test';
import { runnerImport } from 'vite';
import { CHROMIUM_FLAGS, findChromium } from '../../scripts/chromium.js';

/**
 * Starts Chromium.
 * @throws {Error} If none is installed.
 */
export function launchChromium() {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error('No Chromium: name one in UNSMEAR_CHROMIUM.');
  return chromium.launch({ executablePath, args: CHROMIUM_FLAGS });
}

/**
 * Imports the modules that start a host and drive the editor's page.
 * @returns {Promise<typeof import('./host.js') & typeof import('./editor.js')
 *   & typeof import('./wire.js')>}
 */
export async function loadDriver() {
  const [host, editor, wire] = await Promise.all(['host', 'editor', 'wire'].map(loadHelper));
  return Object.assign({}, host, editor, wire);
}

/**
 * Imports one module of this folder. The caller casts it to the module's type.
 * @param {string} name
 * @returns {Promise<any>}
 */
export async function loadHelper(name) {
  return (await runnerImport(new URL(`${name}.ts`, import.meta.url).pathname)).module;
}
