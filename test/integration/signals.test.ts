/** SIGINT and SIGTERM end every command soon and leave nothing behind. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import WebSocket from 'ws';
import { ApiClient } from '../../src/shared/protocol/client.js';
import { openSocketChannel } from '../../src/shared/protocol/socket.js';
import { makePhoto } from '../engine/harness.js';
import { commandLine, listing, pause, type Running } from './command.js';
import { enginesOf, makeNoise, until } from './processes.js';
import { enter } from './transports.js';

const START = fileURLToPath(new URL('../../scripts/start.js', import.meta.url));
/** Far above the promised two seconds, far below the time of the work. */
const SOON_MS = 8000;

const { folder, start } = await commandLine('endless');
const data = join(folder, 'data');
const ENDLESS = ['--model', 'tiny-endless', '--provider', 'cpu', '--no-skip'];
const pictures = join(folder, 'pictures');
const temporary = join(folder, 'tmp');
let photo: string;
let out: string;
let count = 0;

beforeAll(async () => {
  for (const path of [pictures, temporary]) mkdirSync(path);
  photo = await makePhoto(pictures, 300, 200);
});
beforeEach(() => {
  out = join(folder, `out-${++count}`);
  mkdirSync(out);
});

function run(args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
  const own = { UNSMEAR_DATA_DIR: data, TMPDIR: temporary };
  const running = start(args, { env: { ...process.env, ...own, ...env } });
  onTestFinished(() => void running.child.kill('SIGKILL'));
  return running;
}

/** Scratch folders of the command line and of the editor. */
function scratch(): string[] {
  const folders = [temporary, join(data, 'cache')].filter(existsSync);
  return folders.flatMap((path) => listing(path));
}

/** Waits until the engine is inside a step that never ends. */
async function workBegins(): Promise<void> {
  await until(() => scratch().length > 0, 'the work began');
  await until(() => enginesOf(data).length > 0, 'the engine runs');
  await pause(1000);
}

/** Sends the signals, waits for the end, and checks that nothing is left. */
async function interrupt({ child, ended }: Running, ...signals: NodeJS.Signals[]) {
  const sent = performance.now();
  for (const [i, signal] of signals.entries()) {
    if (i > 0) await pause(100);
    child.kill(signal);
  }
  const result = await ended;
  expect(performance.now() - sent).toBeLessThan(SOON_MS);
  await until(() => enginesOf(data).length === 0, 'the engine ended', 5);
  expect(scratch()).toEqual([]);
  return { ...result, signal: child.signalCode };
}

describe.runIf(process.platform !== 'win32')('a signal in the middle of a long tile', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('%s ends deblur with 130 and no output', async (name) => {
    const running = run(['deblur', photo, '--out-dir', out, ...ENDLESS, '--json']);
    await workBegins();
    const { code, stdout } = await interrupt(running, name);
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toEqual({ outputs: [], skipped: [], errors: [] });
    expect(listing(out)).toEqual([]);
  });

  it('a second Ctrl-C does not wait and leaves nothing behind', async () => {
    const running = run(['deblur', photo, '--out-dir', out, ...ENDLESS]);
    await workBegins();
    const { code, signal } = await interrupt(running, 'SIGINT', 'SIGINT');
    expect(code === 130 || signal === 'SIGINT').toBe(true);
    expect(listing(out)).toEqual([]);
  });

  it('ends a batch, which can be resumed', async () => {
    const running = run(['batch', pictures, '--out-dir', out, ...ENDLESS, '--json']);
    await workBegins();
    const { code, stdout } = await interrupt(running, 'SIGTERM');
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ done: 0, failed: 0, waiting: 1 });
    expect(listing(out)).toEqual([]);
    const resumed = run(['batch', '--resume', '--out-dir', out, '--json']);
    await workBegins();
    const again = await interrupt(resumed, 'SIGINT');
    expect(JSON.parse(again.stdout)).toMatchObject({ failed: 0, waiting: 1 });
  });

  it('ends evaluate', async () => {
    const pairs = ['--blur', pictures, '--sharp', pictures];
    const running = run(['evaluate', ...pairs, ...ENDLESS]);
    await workBegins();
    expect((await interrupt(running, 'SIGTERM')).code).toBe(130);
  });

  it('ends serve while an editor waits for a result', async () => {
    const running = run(['serve', '--root', pictures]);
    let said = '';
    running.child.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
    const line = () => /^Unsmear is ready: (\S+)$/m.exec(said)?.[1];
    await until(() => line() !== undefined, 'the server is ready');
    const { origin, host } = new URL(line()!);
    const headers = { cookie: await enter(line()!) };
    const socket = new WebSocket(`ws://${host}/api`, { origin, headers });
    const client = new ApiClient(await openSocketChannel(socket));
    const roots = await client.call('listFolder', { folder: null });
    const root = roots.entries.find(({ name }) => name === 'pictures')!;
    const { entries } = await client.call('listFolder', { folder: root.ref });
    const opened = await client.call('openPhoto', { file: entries[0]!.ref });
    const settings = { plugin: 'tiny-endless', provider: 'cpu', skip: false } as const;
    await client.call('startResult', { photo: opened.photo, settings, view: null });
    await workBegins();
    expect((await interrupt(running, 'SIGTERM')).code).toBe(0);
  });
});

describe.runIf(process.platform !== 'win32')('a signal while a result is written', () => {
  it('leaves no partial file', async () => {
    // An encoder takes far longer for this than the test waits.
    const noise = await makeNoise(folder, 4000, 3000);
    const running = run([
      ...['deblur', noise, '--out-dir', out, ...ENDLESS, '--strength', '0'],
      ...['--format', 'avif', '--quality', '90'],
    ]);
    await until(() => listing(out).length > 0, 'the file is begun');
    await pause(500);
    const { code, signal } = await interrupt(running, 'SIGINT');
    // If an encoder still runs, the signal itself ends the program; shells report 130 either way.
    expect(['SIGINT', 130]).toContain(code ?? signal);
    expect(listing(out)).toEqual([]);
  });
});

describe.runIf(process.platform !== 'win32')(
  'a signal while a read of a file never returns',
  () => {
    it('ends the program by the signal', async () => {
      const pipe = join(folder, 'pipe');
      expect(spawnSync('mkfifo', [pipe]).status).toBe(0);
      // A thread of the command line's own process opens a pipe that nobody writes to.
      const stuck = join(folder, 'stuck.cjs');
      writeFileSync(
        stuck,
        `if (process.argv[1]?.endsWith('unsmear.js')) require('fs').open(${JSON.stringify(pipe)}, () => {});`,
      );
      const NODE_OPTIONS = `--require ${stuck}`;
      const running = run(['deblur', photo, '--out-dir', out, ...ENDLESS], { NODE_OPTIONS });
      await workBegins();
      const { signal } = await interrupt(running, 'SIGTERM');
      expect(signal).toBe('SIGTERM');
      expect(listing(out)).toEqual([]);
    });
  },
);

describe.runIf(process.platform !== 'win32')('npm start', () => {
  it('ends at a SIGINT that reaches the script alone', async () => {
    const child = spawn(process.execPath, [START, '--no-open'], {
      cwd: folder,
      env: { ...process.env, UNSMEAR_DATA_DIR: data, TMPDIR: temporary },
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
    await until(() => said.includes('Unsmear is ready'), 'the server is ready', 50);
    child.kill('SIGINT');
    expect(await ended).toBe(0);
  });
});
