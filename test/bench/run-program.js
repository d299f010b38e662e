/** Runs the built command line for benchmarks and campaigns. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { at } from './tools.js';

/**
 * @typedef {object} Options
 * @property {string} [tree] Root of the built tree; this one by default.
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env] Variables in addition to those of this process.
 * @property {number | null} [killAfterMs] Time until SIGKILL; `null` = none.
 * @property {number} [sampleEveryMs]
 * @property {(pid: number) => void} [sample] Called every `sampleEveryMs` while the program runs.
 */

/**
 * Runs the program to its end. Its messages (stderr) are shown.
 * @param {readonly string[]} args
 * @param {Options} [options]
 * @returns {Promise<{ code: number | null, stdout: string }>} `code` is `null` after a kill.
 */
export function runProgram(args, options = {}) {
  const { tree = at(''), cwd, env, killAfterMs = null, sampleEveryMs = 100, sample } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(tree, 'bin', 'unsmear.js'), ...args], {
      ...(cwd === undefined ? {} : { cwd }),
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let stdout = '';
    child.stdout.on('data', (chunk) => (stdout += chunk));
    const sampling = setInterval(() => {
      if (child.pid !== undefined) sample?.(child.pid);
    }, sampleEveryMs);
    const kill = () => child.kill('SIGKILL');
    const killing = killAfterMs === null ? undefined : setTimeout(kill, killAfterMs);
    const end = () => {
      clearInterval(sampling);
      clearTimeout(killing);
    };
    child.on('error', (error) => {
      end();
      reject(error);
    });
    child.on('close', (code) => {
      end();
      resolve({ code, stdout });
    });
  });
}
