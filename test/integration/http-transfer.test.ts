/** Checks pixels, uploads and downloads of the browser host. */
import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { PixelSource } from '../../src/main/app/service.js';
import type { HttpHost } from '../../src/main/hosts/http/server.js';
import { pixelPath, type PixelAddress } from '../../src/shared/protocol/pixels.js';
import { downloadPath, uploadPath, type UploadAnswer } from '../../src/shared/protocol/transfer.js';
import { unwrap } from '../../src/shared/protocol/channel.js';
import { UnsmearError } from '../../src/shared/core/errors.js';
import { pattern, rawImage } from '../unit/photos.js';
import { localHost, UPLOAD_LIMIT, type LocalHost } from './local-host.js';
import { request, sendRaw } from './raw-http.js';
import { enter, startHost } from './transports.js';
import { MARKER } from '../unit/left-scratch.js';

const servers: HttpHost[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

interface Started {
  readonly local: LocalHost;
  readonly server: HttpHost;
  readonly headers: Record<string, string>;
  readonly url: (path: string) => string;
}

async function start(pixels: PixelSource | null = null): Promise<Started> {
  const local = await localHost();
  const server = await startHost(local, { pixels });
  servers.push(server);
  const origin = `http://127.0.0.1:${server.port}`;
  const headers = { cookie: await enter(server.address), origin };
  return { local, server, headers, url: (path) => `${origin}/${path}` };
}

const RESULT: PixelAddress = {
  kind: 'result',
  photo: 'p-0123456789abcdef0123456789abcdef',
  result: 'r-0123456789abcdef0123456789abcdef',
  stage: 2,
  version: 7,
  level: 1,
  column: 3,
  row: 0,
};

async function until(condition: () => boolean): Promise<void> {
  await expect.poll(condition).toBe(true);
}

describe('pixels', () => {
  it('are served by address, and kept by the browser where the address says which version', async () => {
    const body = await rawImage(pattern()).webp({ lossless: true }).toBuffer();
    const asked: PixelAddress[] = [];
    const { url, headers } = await start((_, address) => {
      asked.push(address);
      return Promise.resolve({ type: 'image/webp', body });
    });
    const answer = await fetch(url(pixelPath(RESULT)), { headers });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('image/webp');
    expect(answer.headers.get('cache-control')).toBe('private, max-age=31536000, immutable');
    expect(Buffer.from(await answer.arrayBuffer()).equals(body)).toBe(true);
    const thumbnail = { kind: 'thumbnail', photo: RESULT.photo } as const;
    const small = await fetch(url(pixelPath(thumbnail)), { headers });
    expect(small.headers.get('cache-control')).toBe('no-store');
    expect(asked).toEqual([RESULT, thumbnail]);
  });

  it('have one address each', async () => {
    const asked: PixelAddress[] = [];
    const { server, headers } = await start((_, address) => {
      asked.push(address);
      return Promise.reject(new Error('not reached'));
    });
    const good = `/${pixelPath(RESULT)}`;
    const wrong = [
      good.replace('/7/', '/07/'),
      good.replace('/7/', '/7e0/'),
      good.replace('/7/', '/0x7/'),
      good.replace('/7/', '//'),
      good.replace('/7/', '/-7/'),
      good.replace('/7/', '/7%20/'),
      good.replace('result', 'constructor'),
      good.replace('result', '__proto__'),
      `${good}/`,
      `${good}/x`,
      `/image/..${good}`,
      good.replace('p-', 'P-'),
    ];
    for (const target of wrong) {
      const lines = [`host: 127.0.0.1:${server.port}`, `cookie: ${headers.cookie!}`];
      const answer = await sendRaw(server.port, request(target, lines));
      expect(answer.status, target).toBe(404);
    }
    expect(asked).toEqual([]);
  });

  it('that are gone or fail are errors that no cache keeps', async () => {
    let error: Error = new UnsmearError('file-missing', { reason: 'not-found', name: 'a.jpg' });
    const { url, headers, local } = await start(() => Promise.reject(error));
    const gone = await fetch(url(pixelPath(RESULT)), { headers });
    expect(gone.status).toBe(404);
    expect(gone.headers.get('cache-control')).toBe('no-store');
    expect(await gone.text()).toBe('file-missing');
    error = new TypeError('/home/me');
    const fault = await fetch(url(pixelPath(RESULT)), { headers });
    expect(fault.status).toBe(500);
    expect(await fault.text()).toBe('internal');
    expect(local.faults).toEqual([error]);
  });

  it('that nobody waits for any more are abandoned', async () => {
    const signals: AbortSignal[] = [];
    const { url, headers } = await start((signal) => {
      signals.push(signal);
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(new UnsmearError('cancelled')));
      });
    });
    const controller = new AbortController();
    const { signal } = controller;
    const pending = fetch(url(pixelPath(RESULT)), { headers, signal }).catch(() => 'aborted');
    await until(() => signals.length === 1);
    expect(signals[0]!.aborted).toBe(false);
    controller.abort();
    expect(await pending).toBe('aborted');
    await until(() => signals[0]!.aborted);
  });
});

const TYPE = { 'content-type': 'application/octet-stream' };

/** Lists the files in the private folder of uploads and downloads. */
function stored({ local }: Started): string[] {
  if (!existsSync(local.transfers)) return [];
  const names = readdirSync(local.transfers, { recursive: true, encoding: 'utf8' });
  // The folder's own marker stays.
  const own = names.filter((name) => basename(name) !== MARKER);
  return own.filter((name) => statSync(join(local.transfers, name)).isFile());
}

async function upload(started: Started, name: string, body: Uint8Array): Promise<Response> {
  const headers = { ...started.headers, ...TYPE };
  return fetch(started.url(uploadPath(name)), { method: 'POST', headers, body });
}

describe('an upload', () => {
  it('becomes a file of a private folder that has its name, and can be opened by reference', async () => {
    const started = await start();
    const photo = await rawImage(pattern()).png().toBuffer();
    const answer = await upload(started, '../../C:\\été/höhe "1".png', photo);
    expect(answer.status).toBe(200);
    const entry = unwrap((await answer.json()) as UploadAnswer);
    expect(entry).toMatchObject({ name: 'höhe _1_.png', kind: 'photo', bytes: photo.length });
    const path = await started.local.files.resolve(entry.ref);
    expect(path.startsWith(started.local.transfers)).toBe(true);
    expect(readFileSync(path).equals(photo)).toBe(true);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(dirname(path))).mode & 0o777).toBe(0o700);
  });

  it('over the limit is refused by its declared size before it is sent', async () => {
    const started = await start();
    const { server, headers } = started;
    const lines = [
      `host: 127.0.0.1:${server.port}`,
      ...Object.entries({ ...headers, ...TYPE }).map(([key, value]) => `${key}: ${value}`),
      `content-length: ${UPLOAD_LIMIT + 1}`,
    ];
    const text = request('/upload?name=a.jpg', lines, { method: 'POST' });
    const answer = await sendRaw(server.port, text);
    expect(answer.status).toBe(413);
    expect(JSON.parse(answer.body)).toMatchObject({
      ok: false,
      error: { code: 'image-too-large' },
    });
    expect(stored(started)).toEqual([]);
  });

  it('of unknown size is refused when it comes to the limit, and nothing of it stays', async () => {
    const started = await start();
    const { client, answered } = openUpload(started);
    for (let i = 0; i < 8; i++) client.write(Buffer.alloc(UPLOAD_LIMIT / 4));
    client.end();
    const answer = await answered;
    expect(answer.statusCode).toBe(413);
    const text = Buffer.concat(await answer.toArray()).toString('utf8');
    expect(JSON.parse(text)).toMatchObject({ ok: false, error: { code: 'image-too-large' } });
    expect(stored(started)).toEqual([]);
  });

  it('that breaks off leaves nothing', async () => {
    const started = await start();
    const { client, answered } = openUpload(started);
    client.write(Buffer.alloc(1000));
    await until(() => stored(started).length === 1);
    client.destroy();
    await expect(answered).rejects.toThrow();
    await until(() => stored(started).length === 0);
    expect(started.local.faults).toEqual([]);
  });

  it('of what is no photo is refused with advice, and nothing of it stays', async () => {
    const started = await start();
    const answer = await upload(started, 'a.jpg', Buffer.from('%PDF-1.7'));
    expect(answer.status).toBe(415);
    const { error } = (await answer.json()) as Extract<UploadAnswer, { ok: false }>;
    expect(error).toMatchObject({ code: 'format-unsupported', params: { reason: 'pdf' } });
    expect(stored(started)).toEqual([]);
  });

  it('of a type that a form can send is not read', async () => {
    const started = await start();
    const forms = [
      'text/plain',
      'multipart/form-data; boundary=x',
      'application/x-www-form-urlencoded',
    ];
    for (const type of [...forms, 'application/json', '']) {
      const headers = { ...started.headers, 'content-type': type };
      const answer = await fetch(started.url('upload'), { method: 'POST', headers, body: 'x' });
      expect(answer.status, type).toBe(415);
    }
    expect(stored(started)).toEqual([]);
  });
});

/** Begins an upload in chunks, without a declared length. */
function openUpload({ headers, url }: Started): {
  client: ClientRequest;
  answered: Promise<IncomingMessage>;
} {
  const client = httpRequest(url(uploadPath('a.jpg')), {
    method: 'POST',
    headers: { ...headers, ...TYPE },
  });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    client.on('response', resolve);
    client.on('error', reject);
  });
  return { client, answered };
}

describe('a download', () => {
  async function offer(started: Started, bytes: Buffer): Promise<{ path: string; target: string }> {
    const { downloads } = started.local;
    const path = await downloads.place('a.png');
    writeFileSync(path, bytes);
    return { path, target: downloadPath(await downloads.offer(path, 'Ünscharf "1".png')) };
  }

  it('is fetched once, under its name, and is then gone', async () => {
    const started = await start();
    const bytes = Buffer.from('pixels');
    const { path, target } = await offer(started, bytes);
    const answer = await fetch(started.url(target), started);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-disposition')).toMatch(
      /^attachment; .*filename\*=utf-8''%C3%9C/i,
    );
    expect(answer.headers.get('content-length')).toBe(String(bytes.length));
    expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true);
    expect((await fetch(started.url(target), started)).status).toBe(404);
    await until(() => !existsSync(path));
  });

  it('that broke off can be fetched again', async () => {
    const started = await start();
    const { path, target } = await offer(started, Buffer.alloc(64 << 20));
    const controller = new AbortController();
    const { headers, url } = started;
    const broken = await fetch(url(target), { headers, signal: controller.signal });
    controller.abort();
    await expect(broken.arrayBuffer()).rejects.toThrow();
    // The host hears of the abort a moment later.
    const again = async (): Promise<[number, number]> => {
      const answer = await fetch(url(target), { headers });
      return [answer.status, (await answer.arrayBuffer()).byteLength];
    };
    await expect.poll(again).toEqual([200, 64 << 20]);
    await until(() => !existsSync(path));
  });
});
