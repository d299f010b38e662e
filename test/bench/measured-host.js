/** The browser host in a process of its own, with its event loop measured. Build first. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { at } from './tools.js';

/**
 * @typedef {Awaited<ReturnType<typeof startMeasuredHost>>} MeasuredHost
 * @typedef {{ mean: number, p50: number, p99: number, max: number, busy: number }} Delays In ms.
 */

const HOOK = new URL('./event-loop-hook.js', import.meta.url).href;

/**
 * Starts the browser host with the hook that reports delays.
 * @param {string} folder
 */
export async function startMeasuredHost(folder) {
  const env = { ...process.env, UNSMEAR_DATA_DIR: join(folder, 'data') };
  const args = ['--import', HOOK, at('out/main/server.js'), '--port', '0', '--root', folder];
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let [printed, errors] = ['', ''];
  child.stderr.on('data', (chunk) => (errors += chunk));
  /** @type {string} */
  const address = await new Promise((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      printed += chunk;
      const found = /ready: (\S+)/.exec(printed)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once('exit', () => reject(new Error(errors)));
  });
  return {
    address,
    /**
     * Returns the delays since the last call.
     * @returns {Promise<Delays>}
     */
    takeDelays: async () => {
      const from = errors.length;
      child.kill('SIGUSR2');
      for (;;) {
        const found = /delays (\{.*\})\n/.exec(errors.slice(from))?.[1];
        if (found !== undefined) return JSON.parse(found);
        await pause(20);
      }
    },
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      if (child.kill('SIGTERM')) await ended;
    },
  };
}
