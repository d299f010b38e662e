/** Starts the built browser host as its users do. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import WebSocket from 'ws';
import { ApiClient } from '../../src/shared/api/client.js';
import { openSocketChannel } from '../../src/shared/api/socket.js';
import { uploadPath } from '../../src/shared/api/transfer.js';
import { pattern, rawImage, temporaryFolder } from '../unit/photos.js';
import { enter } from './transports.js';

const SERVER = fileURLToPath(new URL('../../out/main/server.js', import.meta.url));

interface Started {
  readonly folder: string;
  readonly child: ChildProcess;
  /** First line of its output; all of the output if it ended without a line. */
  readonly line: Promise<string>;
  readonly ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
}

function start(args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Started {
  const folder = temporaryFolder();
  const page = join(folder, 'page');
  mkdirSync(page);
  writeFileSync(join(page, 'index.html'), '<!doctype html><title>Unsmear</title>');
  const child = spawn(process.execPath, [SERVER, '--app', page, ...args], {
    cwd: folder,
    env: { ...process.env, UNSMEAR_DATA_DIR: join(folder, 'data'), HOME: folder, ...env },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let stdout = '';
  let stderr = '';
  const ended = new Promise<Awaited<Started['ended']>>((resolve) => {
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
  const line = new Promise<string>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString('utf8');
      if (stdout.includes('\n')) resolve(stdout.trimEnd());
    });
    void ended.then(() => resolve(stdout));
  });
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
  return { folder, child, line, ended };
}

const LINE = /^Unsmear is ready: (http:\/\/127\.0\.0\.1:(\d+)\/\?token=[\w-]{43})$/;

function addressIn(line: string): { address: string; port: number } {
  const [, address = '', port = ''] = LINE.exec(line) ?? [];
  return { address, port: Number(port) };
}

describe('the browser host', () => {
  it('prints one line, serves editors, and Ctrl-C ends it with nothing left behind', async () => {
    const { folder, child, line, ended } = start(['--root', '.']);
    expect(await line).toMatch(LINE);
    const { address, port } = addressIn(await line);
    const cookie = await enter(address);
    const origin = `http://127.0.0.1:${port}`;
    const headers = { cookie, origin };
    const client = new ApiClient(
      await openSocketChannel(new WebSocket(`ws://127.0.0.1:${port}/api`, { origin, headers })),
    );
    expect(await client.call('hello', {})).toMatchObject({ host: 'browser', version: '0.1.0' });
    const { entries } = await client.call('listFolder', { folder: null });
    expect(entries.map(({ name }) => name)).toContain(folder.split('/').at(-1));
    const plugins = await client.call('models', {});
    expect(plugins.find(({ id }) => id === 'saphn-nu')).toMatchObject({ state: 'ok' });
    await client.call('writeSettings', { settings: { theme: 'dark' } });
    const sent = await fetch(`${origin}/${uploadPath('a.png')}`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/octet-stream' },
      body: await rawImage(pattern()).png().toBuffer(),
    });
    expect(sent.status).toBe(200);
    const transfers = join(folder, 'data', 'transfers');
    expect(readdirSync(transfers)).toHaveLength(1);

    child.kill('SIGINT');
    const { code, stdout, stderr } = await ended;
    await client.closed;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(`${await line}\n`);
    expect(readdirSync(transfers)).toEqual([]);
    expect(readdirSync(join(folder, 'data')).sort()).toEqual(['settings.json', 'transfers']);
    await expect(fetch(address)).rejects.toThrow();
  });

  it('removes what a killed one left', async () => {
    const killed = start();
    const { address } = addressIn(await killed.line);
    const headers = { cookie: await enter(address), origin: new URL(address).origin };
    const body = await rawImage(pattern()).png().toBuffer();
    const type = { 'content-type': 'application/octet-stream' };
    const send = (to: string, own: Record<string, string>) =>
      fetch(new URL(uploadPath('a.png'), to), {
        method: 'POST',
        headers: { ...own, ...type },
        body,
      });
    expect((await send(address, headers)).status).toBe(200);
    killed.child.kill('SIGKILL');
    await killed.ended;
    const transfers = join(killed.folder, 'data', 'transfers');
    const [left] = readdirSync(transfers);
    const next = start([], { UNSMEAR_DATA_DIR: join(killed.folder, 'data') });
    const again = addressIn(await next.line).address;
    const answer = await send(again, { cookie: await enter(again), origin: new URL(again).origin });
    expect(answer.status).toBe(200);
    expect(readdirSync(transfers)).toHaveLength(1);
    expect(readdirSync(transfers)).not.toContain(left);
  });

  it('is on this machine only, and on the port that was asked for', async () => {
    const probe = createServer();
    await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
    const { port } = probe.address() as AddressInfo;
    const taken = start(['--port', String(port)]);
    const refused = await taken.ended;
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(`Port ${port} is in use.`);
    await new Promise((resolve) => probe.close(resolve));
    const { line } = start(['--port', String(port)]);
    expect(addressIn(await line).port).toBe(port);
    for (const host of ['[::1]', '127.0.0.2']) {
      await expect(fetch(`http://${host}:${port}/`)).rejects.toThrow();
    }
  });

  it.skipIf(process.platform !== 'linux')(
    'starts the browser only when told to, with an address that works once',
    async () => {
      const folder = temporaryFolder();
      const told = join(folder, 'told');
      // Desktops without an opener of their own start $BROWSER.
      const script = `#!/bin/sh\nfor last; do :; done\nprintf %s "$last" > ${told}.part && mv ${told}.part ${told}\n`;
      const browser = join(folder, 'browser');
      writeFileSync(browser, script, { mode: 0o755 });
      const env = { BROWSER: browser, XDG_CURRENT_DESKTOP: '', DISPLAY: '' };
      const quiet = start([], env);
      await quiet.line;
      const opened = start(['--open'], env);
      const { address } = addressIn(await opened.line);
      await expect.poll(() => existsSync(told)).toBe(true);
      const given = readFileSync(told, 'utf8');
      expect(given).not.toBe(address);
      expect(new URL(given).origin).toBe(new URL(address).origin);
      expect(await enter(given)).toBe(await enter(address));
      await expect(enter(given)).rejects.toThrow();
    },
  );

  it.each([
    [['--port', '70000'], 2],
    [['--port', 'x'], 2],
    [['--nothing'], 2],
    [['--app', '/nowhere'], 4],
  ])('ends with a word on %j', async (args, code) => {
    const ended = await start(args).ended;
    expect(ended.code).toBe(code);
    expect(ended.stderr).toMatch(/^error: /);
    expect(ended.stdout).toBe('');
  });
});
