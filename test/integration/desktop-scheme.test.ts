/** What the editor's page gets in a desktop window, by the handler that Electron calls. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Downloads } from '../../src/main/app/downloads.js';
import { PrivateFolder } from '../../src/main/storage/private-folder.js';
import type { PixelSource } from '../../src/main/app/service.js';
import { schemeHandler } from '../../src/main/hosts/electron/scheme.js';
import { toUnsmearError, UnsmearError, type ErrorCode } from '../../src/shared/core/errors.js';
import { temporaryFolder } from '../unit/photos.js';
import { MARKER } from '../unit/left-scratch.js';

const TILE = 'image/original/p-00000000/0/0/0';

function setUp(
  pixels: PixelSource = () => Promise.reject(new UnsmearError('internal', { reason: 'hidden' })),
) {
  const folder = temporaryFolder();
  const app = join(folder, 'page');
  for (const path of ['assets', '.hidden']) mkdirSync(join(app, path), { recursive: true });
  writeFileSync(join(app, 'index.html'), '<!doctype html><title>Unsmear</title>');
  writeFileSync(join(app, 'assets', 'a-1.js'), 'export {};');
  writeFileSync(join(app, 'assets', 'a-1.css'), 'body{}');
  writeFileSync(join(app, 'assets', 'program.exe'), 'MZ');
  writeFileSync(join(app, '.hidden', 'a.js'), 'secret');
  writeFileSync(join(folder, 'secret.js'), 'secret');
  symlinkSync(join(folder, 'secret.js'), join(app, 'way-out.js'));
  const transfers = join(folder, 'transfers');
  const downloads = new Downloads(new PrivateFolder(transfers));
  const faults: unknown[] = [];
  const onFault = (_: string, error: unknown) => faults.push(error);
  const handle = schemeHandler({ app, pixels, downloads, onFault });
  const get = (path: string, init?: RequestInit) =>
    handle(new Request(`unsmear://app/${path}`, init));
  return { handle, get, downloads, transfers, faults };
}

describe('the page', () => {
  it('is served with its type and the policy that forbids everything else', async () => {
    const { get } = setUp();
    const page = await get('');
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("connect-src 'self';");
    expect(policy).not.toMatch(/unsafe|ws:|\*|data:/);
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await page.text()).toContain('Unsmear');
    expect(await (await get('?x=1#y')).text()).toContain('Unsmear');
    const types = { 'a-1.js': 'text/javascript', 'a-1.css': 'text/css' };
    for (const [name, type] of Object.entries(types)) {
      const file = await get(`assets/${name}`);
      expect(file.headers.get('content-type')).toBe(`${type}; charset=utf-8`);
    }
  });

  it.each([
    'nothing.js',
    'assets',
    'assets/',
    'assets/program.exe',
    '../secret.js',
    '..%2fsecret.js',
    '%2e%2e/secret.js',
    'assets/..%5c..%5csecret.js',
    '%2fetc%2fpasswd',
    '/etc/passwd',
    '/index.html',
    'assets//a-1.js',
    'assets/./%2e./index.html/x',
    '.hidden/a.js',
    'way-out.js',
    'index.html%00.js',
    'index.html/',
    '%zz',
    'C:/Windows/win.ini',
  ])('does not reach %j', async (path) => {
    const { get, faults } = setUp();
    const answer = await get(path);
    expect(answer.status).toBe(404);
    expect(await answer.text()).not.toContain('secret');
    expect(answer.headers.get('content-security-policy')).toBeTruthy();
    expect(faults).toEqual([]);
  });

  it('is of one host, and only read', async () => {
    const { handle, get } = setUp();
    for (const host of ['image', 'evil', 'app.evil']) {
      expect((await handle(new Request(`unsmear://${host}/index.html`))).status).toBe(404);
    }
    for (const method of ['POST', 'PUT', 'DELETE', 'HEAD']) {
      const answer = await get('', { method });
      expect(answer.status).toBe(405);
      expect(answer.headers.get('allow')).toBe('GET');
    }
  });
});

describe('pixels', () => {
  it('come with their type, and are kept where they never change', async () => {
    const asked: unknown[] = [];
    const { get } = setUp((_, address) => {
      asked.push(address);
      return Promise.resolve({ type: 'image/png', body: new Uint8Array([1, 2, 3]) });
    });
    const tile = await get(TILE);
    expect(tile.headers.get('content-type')).toBe('image/png');
    expect(tile.headers.get('cache-control')).toContain('immutable');
    expect(new Uint8Array(await tile.arrayBuffer())).toEqual(new Uint8Array([1, 2, 3]));
    expect(asked).toEqual([{ kind: 'original', photo: 'p-00000000', level: 0, column: 0, row: 0 }]);
    const batch = await get('image/batch/1/1/before');
    expect(batch.headers.get('cache-control')).toBe('no-store');
  });

  it.each([
    'image/',
    'image/x',
    `${TILE}/1`,
    'image/original/p-00000000/0/0/01',
    'image%2foriginal',
  ])('are not at %j', async (path) => {
    const { get } = setUp(() => Promise.reject(new Error('asked')));
    expect((await get(path)).status).toBe(404);
  });

  it.each([
    ['file-missing', 404],
    ['image-broken', 415],
    ['cancelled', 503],
    ['out-of-memory', 500],
  ] satisfies [ErrorCode, number][])('that fail by %s have status %i', async (code, status) => {
    const { get, faults } = setUp(() =>
      Promise.reject(toUnsmearError({ code, params: {}, cause: '/home/me' })),
    );
    const answer = await get(TILE);
    expect(answer.status).toBe(status);
    expect(await answer.text()).toBe(code);
    expect(faults).toEqual([]);
  });

  it('that fail by a fault of ours tell it to the log only', async () => {
    const fault = new TypeError('/home/me');
    const { get, faults } = setUp(() => Promise.reject(fault));
    expect(await (await get(TILE)).text()).toBe('internal');
    expect(faults).toEqual([fault]);
  });

  it('are given up when nobody waits for them', async () => {
    const controller = new AbortController();
    const { get } = setUp(
      (signal) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(new UnsmearError('cancelled')));
        }),
    );
    const answer = get(TILE, { signal: controller.signal });
    controller.abort();
    expect((await answer).status).toBe(503);
  });
});

describe('downloads', () => {
  async function offer({ downloads }: ReturnType<typeof setUp>): Promise<string> {
    const path = await downloads.place('ä.png');
    writeFileSync(path, 'pixels'.repeat(100_000));
    return `download/${await downloads.offer(path, 'ä.png')}`;
  }

  it('come once, by their name, and are gone', async () => {
    const host = setUp();
    const address = await offer(host);
    const answer = await host.get(address);
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment; .*%C3%A4\.png/);
    expect((await answer.text()).length).toBe(600_000);
    expect((await host.get(address)).status).toBe(404);
    const [run = ''] = await readdir(host.transfers);
    await expect.poll(() => readdir(join(host.transfers, run))).toEqual([MARKER]);
  });

  it('that broke off can be tried again', async () => {
    const host = setUp();
    const address = await offer(host);
    await (await host.get(address)).body?.cancel();
    await expect.poll(async () => (await host.get(address)).status).toBe(200);
  });
});
