/** No connection to another machine, no DNS lookup, nothing written about the user. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import type { AppEvent } from '../../src/shared/protocol/events.js';
import { ApiClient } from '../../src/shared/protocol/client.js';
import { openSocketChannel } from '../../src/shared/protocol/socket.js';
import { makeSmeared } from '../unit/smeared.js';
import { commandLine, type Running } from './command.js';
import { until } from './processes.js';
import { reachesOut, readTrace, straceNetwork, whyNoTrace } from './trace.js';
import { enter } from './transports.js';

const skipped = whyNoTrace();
const { folder, start } = await commandLine();
const photos = join(folder, 'photos');
let own = '';
let count = 0;

beforeAll(async () => {
  mkdirSync(photos);
  await makeSmeared(photos, 'moved.jpg', 12);
});
beforeEach((context) => {
  context.skip(skipped !== null, skipped ?? '');
  own = join(folder, `home-${++count}`);
  for (const name of ['home', 'tmp']) mkdirSync(join(own, name), { recursive: true });
});

const home = () => join(own, 'home');
const temporary = () => join(own, 'tmp');
const trace = () => join(own, 'trace');

/** Runs a command with an empty home, recording whom it talks to. */
function run(...args: string[]): Running {
  const env = { ...process.env };
  delete env.ORT_DISABLE_TELEMETRY;
  return start(
    args,
    {
      env: {
        ...{ ...env, HOME: home(), TMPDIR: temporary(), UNSMEAR_DATA_DIR: join(own, 'data') },
        // io_uring would hide calls from the trace.
        UV_USE_IO_URING: '0',
      },
    },
    straceNetwork(trace()),
  );
}

function expectQuiet(): void {
  const calls = readTrace(trace(), { failed: true });
  // Proves that the runtime, which could have called, was loaded.
  expect(calls.some(({ text }) => text.includes('libonnxruntime'))).toBe(true);
  expect(calls.filter(reachesOut).map(({ name, text }) => `${name}(${text}`)).toEqual([]);
  expect(existsSync(join(home(), '.cache', 'Microsoft'))).toBe(false);
  expect(readdirSync(temporary())).toEqual([]);
}

describe('with an empty home', { timeout: 120_000 }, () => {
  it.each([
    ['deblur', ['deblur', 'photos/moved.jpg', '-o', 'deblurred.png', '--no-skip']],
    ['batch', ['batch', 'photos', '--out-dir', 'batch']],
    ['triage', ['triage', 'photos']],
    ['providers', ['providers']],
  ])('%s talks to no other machine', async (_, args) => {
    const { code, stderr } = await run(...args).ended;
    expect([code, stderr.includes('error')]).toEqual([0, false]);
    expectQuiet();
  });

  it('the first restoration in the editor talks to no other machine', async () => {
    const running = run('serve', '--root', photos);
    let said = '';
    running.child.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
    const address = () => /^Unsmear is ready: (\S+)$/m.exec(said)?.[1] ?? '';
    await until(() => address() !== '', 'the server is ready');
    const { origin, host } = new URL(address());
    const headers = { cookie: await enter(address()) };
    const socket = new WebSocket(`ws://${host}/api`, { origin, headers });
    const client = new ApiClient(await openSocketChannel(socket));
    const kinds: string[] = [];
    client.onEvent((event: AppEvent) => {
      if (event.type === 'result') kinds.push(event.event.type);
    });
    const roots = await client.call('listFolder', { folder: null });
    const root = roots.entries.find(({ name }) => name === 'photos')!;
    const { entries } = await client.call('listFolder', { folder: root.ref });
    const { photo } = await client.call('openPhoto', { file: entries[0]!.ref });
    await client.call('startResult', { photo, settings: { skip: false }, view: null });
    await until(() => kinds.includes('finished'), 'the result is finished', 60);
    client.close();
    const [server] = childrenOf(running.child.pid!);
    process.kill(server!, 'SIGTERM');
    expect((await running.ended).code).toBe(0);
    expectQuiet();
  });

  it('the trace would show a connection and the lookup of a name', () => {
    const script = [
      "require('net').connect(9, '192.0.2.1').on('error', () => {}).destroySoon();",
      "require('dns').lookup('unsmear.invalid', () => process.exit());",
    ].join('');
    const [program = '', ...args] = straceNetwork(trace());
    spawnSync(program, [...args, process.execPath, '-e', script]);
    const seen = readTrace(trace(), { failed: true }).filter(reachesOut);
    expect(seen.some(({ text }) => text.includes('192.0.2.1'))).toBe(true);
    expect(seen.some(({ text }) => text.includes('/etc/hosts'))).toBe(true);
  });
});

function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return text === '' ? [] : text.split(' ').map(Number);
}
