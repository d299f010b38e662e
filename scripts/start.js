#!/usr/bin/env node
/** Runs `npm start [photos…]`: opens the editor in a window of its own where Electron runs, else in the browser. */
import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { printable } from '../src/shared/printable.js';
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
  const code = await run(electron, [root, ...photos], { env });
  return code !== 0 && Date.now() - began < STILLBORN_MS ? null : code;
}

function serve() {
  const headless = process.platform === 'linux' && obstacle === 'there is no display';
  return run(process.execPath, [
    join(root, 'out', 'main', 'server.js'),
    ...(values['no-open'] || headless ? [] : ['--open']),
    ...(values.port === undefined ? [] : ['--port', values.port]),
    ...values.root.flatMap((folder) => ['--root', resolve(process.env.INIT_CWD ?? '.', folder)]),
    '--',
    ...photos,
  ]);
}

/** Runs a program to its end and returns its exit code; passes on signals to stop. */
function run(program, args, options = {}) {
  const child = spawn(program, args, { stdio: 'inherit', ...options });
  // Ctrl-C reaches the child as well: it decides when to end.
  process.on('SIGINT', () => undefined);
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  return new Promise((done) => {
    child.on('error', () => done(1));
    child.on('exit', (code) => done(code ?? 1));
  });
}
