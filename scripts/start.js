#!/usr/bin/env node
/**
 * Runs `npm start [photos…]`: opens the editor in its own window if Electron runs here, otherwise
 * in the browser.
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { printable } from '../src/shared/core/printable.js';
import { fetchElectron, whyNoWindow } from './electron.js';
import { root, setUp } from './setup.js';

const HELP = `npm start -- [options] [photos or folders…]

  --no-open        serve the editor and print its address without opening it
  --browser        open the editor in the browser instead of its own window
  --port <number>  port of the address (default: a free one)
  --root <folder>  one more folder to choose photos from in the browser
  --help           show this text`;

/** If Electron fails within this time, it never showed a window. */
const WINDOW_STARTUP_MS = 10_000;

/** Time from the first signal to the kill of a server that hangs. */
const SERVER_GRACE_MS = 1900;
/** The same for a window, which asks about unsaved work and stops its engine. */
const WINDOW_GRACE_MS = 8000;

const { values, positionals } = readArguments();
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
/** npm runs scripts in the project's folder; `INIT_CWD` is the folder where the user called it. */
const callerFolder = process.env.INIT_CWD ?? '.';
const photos = positionals.map((name) => resolve(callerFolder, name));

await setUp();

const wantsBrowser = values['no-open'] || values.browser;
const obstacle = wantsBrowser ? null : whyNoWindow();
if (!wantsBrowser) {
  const { path, reason } = obstacle === null ? fetchElectron() : { reason: obstacle };
  const code = path === undefined ? null : await runWindow(path);
  if (code !== null) process.exit(code);
  const why = printable(reason ?? 'Electron did not start');
  console.log(`The editor runs in the browser: ${why}.`);
}
process.exit(await serve());

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        'no-open': { type: 'boolean', default: false },
        browser: { type: 'boolean', default: false },
        port: { type: 'string' },
        root: { type: 'string', multiple: true, default: [] },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    console.error(
      `error: ${printable(error instanceof Error ? error.message : String(error))}\n\n${HELP}`,
    );
    process.exit(2);
  }
}

/**
 * Opens the editor's window and waits until it is closed.
 * @param {string} electron Path of the executable.
 * @returns {Promise<number | null>} Electron's exit code; `null` if it showed no window.
 */
async function runWindow(electron) {
  const began = Date.now();
  const env = { ...process.env };
  delete env.ELECTRON_RUN_AS_NODE;
  const code = await run(electron, [root, ...photos], { graceMs: WINDOW_GRACE_MS, env });
  return code !== 0 && Date.now() - began < WINDOW_STARTUP_MS ? null : code;
}

/** Serves the editor to a browser; resolves with the server's exit code. */
function serve() {
  const headless = process.platform === 'linux' && obstacle === 'there is no display';
  const args = [
    join(root, 'out', 'main', 'server.js'),
    ...(values['no-open'] || headless ? [] : ['--open']),
    ...(values.port === undefined ? [] : ['--port', values.port]),
    ...values.root.flatMap((folder) => ['--root', resolve(callerFolder, folder)]),
    '--',
    ...photos,
  ];
  return run(process.execPath, args, { graceMs: SERVER_GRACE_MS });
}

/**
 * Runs a program and resolves with its exit code. Forwards the first signal and kills the program
 * after `graceMs`; a second signal kills it at once.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ graceMs: number, env?: NodeJS.ProcessEnv }} options
 * @returns {Promise<number>}
 */
function run(program, args, { graceMs, ...options }) {
  const child = spawn(program, args, { stdio: 'inherit', ...options });
  const kill = () => child.kill('SIGKILL');
  let ending = false;
  /** @param {NodeJS.Signals} signal */
  const end = (signal) => {
    if (ending) return kill();
    ending = true;
    // A terminal also sends Ctrl-C to the child, and a second SIGINT would end it by force.
    child.kill(signal === 'SIGINT' ? 'SIGTERM' : signal);
    return setTimeout(kill, graceMs).unref();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end);
  return new Promise((done) => {
    child.on('error', () => done(1));
    child.on('exit', (code, signal) => {
      done(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}
