#!/usr/bin/env node
/** Runs `npm start [photos…]`: opens the editor in a window of its own where Electron runs, else in the browser. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { printable } from '../src/shared/core/printable.js';
import { fetchElectron, whyNoWindow } from './electron.js';
import { root, setUp } from './setup.js';

const HELP = `npm start -- [options] [photos or folders…]

  --no-open        serve the editor and print its address, open nothing
  --browser        open it in the browser instead of a window of its own
  --port <number>  of the address (default: a free one)
  --root <folder>  a further folder to choose photos from, in the browser
  --help`;

/** Electron that fails within this time never showed a window. */
const STILLBORN_MS = 10_000;

/** Milliseconds from the first signal to the kill. The server ends itself in time; this is for one that hangs. */
const SERVER_GRACE_MS = 1900;
/** A window asks about unsaved work and waits for its engine. */
const WINDOW_GRACE_MS = 8000;

const { values, positionals } = readArguments();
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
// npm runs scripts in the project's folder; `INIT_CWD` is where the user called it.
const photos = positionals.map((name) => resolve(process.env.INIT_CWD ?? '.', name));

await setUp();

const plain = values['no-open'] || values.browser;
const obstacle = plain ? null : whyNoWindow();
const { path, reason = obstacle } = plain || obstacle !== null ? {} : fetchElectron();
const windowed = path === undefined ? null : await runWindow(path);
if (windowed !== null) process.exit(windowed);
if (!plain) {
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
    console.error(`error: ${printable(error.message)}\n\n${HELP}`);
    process.exit(2);
  }
}

/** Returns Electron's exit code; `null` if no window came up. */
async function runWindow(electron) {
  const began = Date.now();
  const env = { ...process.env };
  delete env.ELECTRON_RUN_AS_NODE;
  const code = await run(electron, [root, ...photos], { graceMs: WINDOW_GRACE_MS, env });
  return code !== 0 && Date.now() - began < STILLBORN_MS ? null : code;
}

function serve() {
  const headless = process.platform === 'linux' && obstacle === 'there is no display';
  const args = [
    join(root, 'out', 'main', 'server.js'),
    ...(values['no-open'] || headless ? [] : ['--open']),
    ...(values.port === undefined ? [] : ['--port', values.port]),
    ...values.root.flatMap((folder) => ['--root', resolve(process.env.INIT_CWD ?? '.', folder)]),
    '--',
    ...photos,
  ];
  return run(process.execPath, args, { graceMs: SERVER_GRACE_MS });
}

/**
 * Runs a program until it ends; returns its exit code. Passes the first signal on and kills a program
 * that does not end within `graceMs`; a second signal kills at once.
 */
function run(program, args, { graceMs, ...options }) {
  const child = spawn(program, args, { stdio: 'inherit', ...options });
  const kill = () => child.kill('SIGKILL');
  let ending = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      if (ending) return kill();
      ending = true;
      // A terminal sends Ctrl-C to the child too; a second SIGINT would end it by force.
      child.kill(signal === 'SIGINT' ? 'SIGTERM' : signal);
      setTimeout(kill, graceMs).unref();
    });
  }
  return new Promise((done) => {
    child.on('error', () => done(1));
    child.on('exit', (code, signal) => done(code ?? 128 + (constants.signals[signal] ?? 0)));
  });
}
