/** Runs `npm start` without Electron, and `unsmear serve`: both open the given photos. */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import WebSocket from 'ws';
import type { AppEvent } from '../../src/shared/protocol/events.js';
import { ApiClient } from '../../src/shared/protocol/client.js';
import { openSocketChannel } from '../../src/shared/protocol/socket.js';
import { pattern, rawImage, temporaryFolder } from '../unit/photos.js';
import { enter } from './transports.js';

const script = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const START = [script('scripts/start.js'), '--no-open'];
const SERVE = [script('bin/unsmear.js'), 'serve'];

interface Running {
  readonly said: () => string;
  readonly address: () => string;
  readonly ended: Promise<number | null>;
  /** Ends it as a service manager does. */
  readonly end: () => Promise<number | null>;
}

function start(
  [program = '', ...args]: readonly string[],
  folder: string,
  env: NodeJS.ProcessEnv = {},
): Running {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: folder,
    env: {
      ...{ ...process.env, UNSMEAR_DATA_DIR: join(folder, 'data'), INIT_CWD: folder },
      ...env,
    },
  });
  onTestFinished(() => void child.kill('SIGTERM'));
  let out = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (out += chunk.toString('utf8')));
  }
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  return {
    said: () => out,
    address: () => /^Unsmear is ready: (\S+)$/m.exec(out)?.[1] ?? '',
    ended,
    end: () => {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

async function folderWithPhotos(): Promise<string> {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'trip'));
  const jpeg = await rawImage(pattern()).jpeg().toBuffer();
  for (const name of ['a.jpg', 'trip/b.jpg']) writeFileSync(join(folder, name), jpeg);
  return folder;
}

/** Returns the names of the files that a starting editor is asked to open. */
async function openedBy(address: string): Promise<string[]> {
  const headers = { cookie: await enter(address) };
  const { origin, host } = new URL(address);
  const socket = new WebSocket(`ws://${host}/api`, { origin, headers });
  const client = new ApiClient(await openSocketChannel(socket));
  const names: string[] = [];
  client.onEvent((event: AppEvent) => {
    if (event.type === 'open-files') names.push(...event.files.map(({ name }) => name));
  });
  await client.call('hello', {});
  await client.call('readSettings', {});
  await client.call('hello', {});
  client.close();
  return names;
}

describe.each([
  ['npm start', START],
  ['unsmear serve', SERVE],
])('%s', (_, command) => {
  it('serves the editor, which opens the photos that were given', async () => {
    const folder = await folderWithPhotos();
    const running = start([...command, 'a.jpg', 'missing.jpg', 'trip'], folder);
    await expect.poll(running.address).not.toBe('');
    expect(await openedBy(running.address())).toEqual(['a.jpg', 'b.jpg']);
    expect(await openedBy(running.address())).toEqual([]);
    expect(running.said()).toContain('missing.jpg does not exist.');
    expect(await running.end()).toBe(0);
  });

  it('says what is wrong with its options', async () => {
    const running = start([...command, '--nothing'], await folderWithPhotos());
    expect(await running.ended).toBe(2);
    expect(running.said()).toMatch(/^error: /m);
  });
});

describe.skipIf(process.platform !== 'linux')('npm start without a display', () => {
  it('says why there is no window, and prints the address', async () => {
    const [program = ''] = START;
    const env = { DISPLAY: '', WAYLAND_DISPLAY: '' };
    const running = start([program], await folderWithPhotos(), env);
    await expect.poll(running.address).not.toBe('');
    expect(running.said()).toContain('The editor runs in the browser: there is no display.\n');
    expect(await running.end()).toBe(0);
  });
});
