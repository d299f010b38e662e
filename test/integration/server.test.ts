/** Starts the built browser host as its users do. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import WebSocket from 'ws';
import { ApiClient } from '../../src/shared/protocol/client.js';
import { openSocketChannel } from '../../src/shared/protocol/socket.js';
import { uploadPath } from '../../src/shared/protocol/transfer.js';
import { pattern, rawImage, temporaryFolder } from '../unit/photos.js';
import { fakeBrowser } from './fake-browser.js';
import { enter } from './transports.js';

const SERVER = fileURLToPath(new URL('../../out/main/server.js', import.meta.url));

interface Started {
  readonly folder: string;
  readonly child: ChildProcess;
  /** First line of its output; all of the output if it ended without a line. */
  readonly line: Promise<string>;
  readonly ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
  /** Returns what it has written to stderr so far. */
  readonly complaints: () => string;
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
  return { folder, child, line, ended, complaints: () => stderr };
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
    expect(refused.stderr).toContain(`Port ${port} is used by another program.`);
    await new Promise((resolve) => probe.close(resolve));
    const { line } = start(['--port', String(port)]);
    expect(addressIn(await line).port).toBe(port);
    for (const host of ['[::1]', '127.0.0.2']) {
      await expect(fetch(`http://${host}:${port}/`)).rejects.toThrow();
    }
  });

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

describe.skipIf(process.platform !== 'linux')('the browser that --open starts', () => {
  /** Starts the host with a stand-in for the browser; `page` is what that was given. */
  async function startWithBrowser(): Promise<Started & { address: string; page: string }> {
    const browser = fakeBrowser(temporaryFolder());
    const started = start(['--open'], browser.env);
    const { address } = addressIn(await started.line);
    const seen = await browser.started();
    expect(seen.join(' ')).not.toMatch(/token|http/);
    const page = seen.find((argument) => argument.endsWith('.html'));
    if (page === undefined) throw new Error(`No page among ${seen.join(' ')}`);
    return { ...started, address, page };
  }

  /** Returns where the page leads to. */
  function targetOf(page: string): string {
    return /content="0; url=([^"]+)"/.exec(readFileSync(page, 'utf8'))?.[1] ?? '';
  }

  it('is not started unless the user asks for it', async () => {
    const browser = fakeBrowser(temporaryFolder());
    const { child, line, ended, folder } = start([], browser.env);
    await line;
    child.kill('SIGINT');
    await ended;
    expect(existsSync(browser.record)).toBe(false);
    expect(existsSync(join(folder, 'data', 'start'))).toBe(false);
  });

  it('gets a page that other users cannot read, and no token on its command line', async () => {
    const { page } = await startWithBrowser();
    expect(statSync(page).mode & 0o777).toBe(0o600);
    for (const above of [dirname(page), dirname(dirname(page))]) {
      expect(statSync(above).mode & 0o777).toBe(0o700);
    }
  });

  it('is let in by the page once, and the page is gone then', async () => {
    const { address, page, folder } = await startWithBrowser();
    const target = targetOf(page);
    expect(target).not.toBe(address);
    expect(new URL(target).origin).toBe(new URL(address).origin);
    expect(await enter(target)).toBe(await enter(address));
    await expect(enter(target)).rejects.toThrow();
    await expect.poll(() => existsSync(page)).toBe(false);
    await expect.poll(() => readdirSync(join(folder, 'data'))).not.toContain('start');
  });

  it('leaves no page behind when the host ends before it has come', async () => {
    const { child, ended, page, folder } = await startWithBrowser();
    expect(existsSync(page)).toBe(true);
    child.kill('SIGINT');
    expect((await ended).code).toBe(0);
    expect(readdirSync(join(folder, 'data'))).not.toContain('start');
  });

  it('that fails is reported, and the printed address still works', async () => {
    const browser = fakeBrowser(temporaryFolder(), 1);
    const started = start(['--open'], browser.env);
    const { address } = addressIn(await started.line);
    await browser.started();
    await expect.poll(started.complaints).toContain('No browser could be started');
    await enter(address);
  });

  it('is not started when the page cannot be written: the user opens the printed address', async () => {
    const browser = fakeBrowser(temporaryFolder());
    const data = join(temporaryFolder(), 'data');
    mkdirSync(data);
    // A file where the page's folder would be.
    writeFileSync(join(data, 'start'), '');
    const started = start(['--open'], { ...browser.env, UNSMEAR_DATA_DIR: data });
    const { address } = addressIn(await started.line);
    await expect.poll(started.complaints).toContain('No browser could be started');
    await enter(address);
    started.child.kill('SIGINT');
    expect((await started.ended).code).toBe(0);
    expect(existsSync(browser.record)).toBe(false);
    expect(readFileSync(join(data, 'start'), 'utf8')).toBe('');
  });
});
