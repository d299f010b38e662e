/** Sends the browser host requests that it must refuse, byte by byte. */
import { connect } from 'node:net';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HttpHost } from '../../src/main/hosts/http/server.js';
import { localHost } from './local-host.js';
import { request, sendRaw, type RawAnswer } from './raw-http.js';
import { MAX_EDIT_BYTES } from '../../src/shared/edit/limits.js';
import { enter, openSocket, startHost } from './transports.js';

const UPGRADE = [
  'connection: Upgrade',
  'upgrade: websocket',
  'sec-websocket-version: 13',
  'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==',
];

let server: HttpHost;
let cookie: string;
let host: string;
let own: string[];

beforeAll(async () => {
  const local = await localHost();
  mkdirSync(join(local.folder, 'page-secrets'));
  writeFileSync(join(local.folder, 'page-secrets', 'a.txt'), 'secret');
  writeFileSync(join(local.page, '.env'), 'secret');
  server = await startHost(local);
  cookie = `cookie: ${await enter(server.address)}`;
  host = `host: 127.0.0.1:${server.port}`;
  own = [host, cookie, `origin: http://127.0.0.1:${server.port}`];
});
afterAll(() => server.close());

function get(target: string, headers: readonly string[]): Promise<RawAnswer> {
  return sendRaw(server.port, request(target, headers));
}

function expectHardened({ headers }: RawAnswer): void {
  expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'/);
  expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  expect(headers.get('content-security-policy')).not.toContain('unsafe');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('referrer-policy')).toBe('no-referrer');
  expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
  expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
  expect(headers.has('access-control-allow-origin')).toBe(false);
}

describe('the token', () => {
  it('is exchanged for an HttpOnly, same-site cookie and removed from the address', async () => {
    const target = server.address.replace(/^http:\/\/[^/]+/, '');
    const answer = await get(target, [host]);
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe('/');
    const attributes = answer.headers.get('set-cookie')!.split('; ').slice(1);
    expect(attributes.sort()).toEqual(['HttpOnly', 'Path=/', 'SameSite=Strict']);
    expect(answer.headers.get('set-cookie')).not.toContain(target.split('=')[1]);
    expectHardened(answer);
    const page = await get('/', [host, cookie]);
    expect(page.status).toBe(200);
    expect(page.body).toContain('<title>Unsmear</title>');
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    expectHardened(page);
  });

  it('for starting a browser works once', async () => {
    let ended = 0;
    const address = server.oneTimeAddress(() => ended++);
    expect(await enter(address)).toBe(cookie.slice('cookie: '.length));
    expect((await fetch(address, { redirect: 'manual' })).status).toBe(401);
    expect((await fetch(server.address, { redirect: 'manual' })).status).toBe(303);
    expect(ended).toBe(1);
  });

  it('for starting a browser redirects from a page without a script', async () => {
    const target = server.oneTimeAddress().replace(/^http:\/\/[^/]+/, '');
    const fromFile = ['sec-fetch-site: cross-site', 'sec-fetch-mode: navigate'];
    const answer = await get(target, [host, ...fromFile, 'sec-fetch-dest: document']);
    expect(answer.status).toBe(200);
    expect(answer.body).toContain('<meta http-equiv="refresh" content="0; url=/">');
    expect(answer.body).not.toMatch(/<script|token/);
    expectHardened(answer);
  });

  it('for starting a browser expires, and is replaced by the next one', async () => {
    const expired = await new Promise<string>((resolve) => {
      const address = server.oneTimeAddress(() => resolve(address), 1);
    });
    expect((await fetch(expired, { redirect: 'manual' })).status).toBe(401);
    const first = server.oneTimeAddress();
    const second = server.oneTimeAddress();
    expect((await fetch(first, { redirect: 'manual' })).status).toBe(401);
    expect(await enter(second)).toBe(cookie.slice('cookie: '.length));
  });

  it.each(['', 'x', 'a'.repeat(43), '%00', 'x&token=y'])('"%s" is refused', async (token) => {
    for (const headers of [[host], [host, cookie]]) {
      const answer = await get(`/?token=${token}`, headers);
      expect(answer.status).toBe(401);
      expect(answer.headers.has('set-cookie')).toBe(false);
      expectHardened(answer);
    }
  });

  it('does not replace the cookie for other requests', async () => {
    const token = server.address.split('token=')[1]!;
    for (const target of [`/app.js?token=${token}`, `//?token=${token}`, `/api?token=${token}`]) {
      expect([400, 401]).toContain((await get(target, [host])).status);
    }
  });
});

describe('without the cookie', () => {
  const targets = ['/', '/app.js', '/api', '/image/thumbnail/p-00000000', '/download/x', '/none'];
  it.each(targets)('%s is refused', async (target) => {
    const wrong = cookie.replace(/=.*/, `=${'A'.repeat(43)}`);
    for (const headers of [[host], [host, wrong], [host, `${cookie}x`], [host, 'cookie: =;;=']]) {
      const answer = await get(target, headers);
      expect(answer.status).toBe(401);
      expect(answer.body).not.toContain('title');
      expectHardened(answer);
    }
  });

  it('uploads and sockets are refused', async () => {
    const origin = `origin: http://127.0.0.1:${server.port}`;
    const type = 'content-type: application/octet-stream';
    const upload = request('/upload?name=a.jpg', [host, origin, type, 'content-length: 1'], {
      method: 'POST',
      body: 'x',
    });
    expect((await sendRaw(server.port, upload)).status).toBe(401);
    expect((await get('/api', [host, origin, ...UPGRADE])).status).toBe(401);
  });
});

describe('another name for this machine', () => {
  const wrong = (port: number): readonly string[][] => [
    ['host: evil.example'],
    [`host: evil.example:${port}`],
    ['host: 127.0.0.1'],
    ['host: localhost'],
    [`host: 127.0.0.1:${port + 1}`],
    [`host: 127.0.0.1.evil.example:${port}`],
    [`host: 127.0.0.1:${port}@evil.example`],
    [`host: 0.0.0.0:${port}`],
    [`host: [::1]:${port}`],
    ['host: '],
    [`host: 127.0.0.1:${port}`, 'host: evil.example'],
    ['host: evil.example', `host: 127.0.0.1:${port}`],
  ];

  it('is refused on pages and on the socket', async () => {
    for (const hosts of wrong(server.port)) {
      const page = await get('/', [...hosts, cookie]);
      expect([400, 403], hosts.join()).toContain(page.status);
      const socket = await get('/api', [...hosts, ...own.slice(1), ...UPGRADE]);
      expect([400, 403], hosts.join()).toContain(socket.status);
    }
  });

  it('is refused in old and unusual requests too', async () => {
    const without = await sendRaw(server.port, `GET / HTTP/1.0\r\n${cookie}\r\n\r\n`);
    expect([400, 403]).toContain(without.status);
    const absolute = await get('http://evil.example/', [host, cookie]);
    expect(absolute.status).toBe(400);
    const double = await get('//evil.example/', [host, cookie]);
    expect(double.status).toBe(400);
  });

  it('is accepted for localhost, with its own cookie', async () => {
    expect((await get('/', [`host: localhost:${server.port}`, cookie])).status).toBe(200);
  });
});

describe('another origin', () => {
  const wrong = (port: number): readonly string[] => [
    'http://evil.example',
    'null',
    `https://127.0.0.1:${port}`,
    `http://127.0.0.1:${port + 1}`,
    `http://localhost:${port}`,
    `http://127.0.0.1:${port}.evil.example`,
    `http://127.0.0.1:${port}/`,
  ];

  it('cannot open a socket', async () => {
    for (const origin of wrong(server.port)) {
      const answer = await get('/api', [host, cookie, `origin: ${origin}`, ...UPGRADE]);
      expect(answer.status, origin).toBe(403);
    }
    expect((await get('/api', [host, cookie, ...UPGRADE])).status).toBe(403);
    const right = await sendRaw(server.port, request('/api', [...own, ...UPGRADE]));
    expect(right.status).toBe(101);
  });

  it('cannot upload', async () => {
    const lines = ['content-type: application/octet-stream', 'content-length: 1'];
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD']) {
      for (const origin of [...wrong(server.port).map((o) => [`origin: ${o}`]), []]) {
        const headers = [host, cookie, ...origin, ...lines];
        const answer = await sendRaw(
          server.port,
          request('/upload?name=a.jpg', headers, { method, body: 'x' }),
        );
        expect(answer.status, `${method} ${origin.join()}`).toBe(403);
      }
    }
  });

  it('of another port of this machine gets no picture, page or script', async () => {
    for (const site of ['same-site', 'cross-site']) {
      for (const mode of ['no-cors', 'cors', 'navigate']) {
        const headers = [host, cookie, `sec-fetch-site: ${site}`, `sec-fetch-mode: ${mode}`];
        for (const target of ['/', '/app.js', '/image/thumbnail/p-00000000']) {
          const framed = [...headers, 'sec-fetch-dest: iframe'];
          expect((await get(target, framed)).status).toBe(403);
        }
      }
    }
    const click = [
      'sec-fetch-site: cross-site',
      'sec-fetch-mode: navigate',
      'sec-fetch-dest: document',
    ];
    expect((await get('/', [host, cookie, ...click])).status).toBe(200);
    expect((await get('/app.js', [host, cookie, ...click])).status).toBe(403);
  });
});

describe('paths', () => {
  const ways = [
    '/../secret.txt',
    '/../../../../../../../../etc/passwd',
    '/..%2fsecret.txt',
    '/..%2f..%2f..%2f..%2f..%2f..%2fetc%2fpasswd',
    '/%2e%2e/secret.txt',
    '/%2e%2e%2fsecret.txt',
    '/%252e%252e%252fsecret.txt',
    '/..%5csecret.txt',
    '/..\\secret.txt',
    '/../page-secrets/a.txt',
    '/%2e%2e/page-secrets/a.txt',
    '/./../secret.txt',
    '/app.js/../../secret.txt',
    '/app.js%00.txt',
    '/%c0%ae%c0%ae/secret.txt',
    '/.env',
    '/%2eenv',
    '/etc/passwd',
    '/file:///etc/passwd',
    '/image/../../secret.txt',
    '/image/..%2f..%2fsecret.txt',
    '/image/thumbnail/../../secret.txt',
    '/download/../../secret.txt',
    '/download/..%2f..%2fsecret.txt',
    '/%',
    '/%zz',
  ];
  it.each(ways)('%s leads to no file', async (way) => {
    const answer = await get(way, [host, cookie]);
    expect([400, 403, 404]).toContain(answer.status);
    expect(answer.body).not.toMatch(/secret|root:/);
    expectHardened(answer);
  });
});

describe('the socket', () => {
  it('closes after a message that is too large and drops invalid JSON', async () => {
    const junk = await openSocket(server);
    await new Promise((resolve) => junk.once('open', resolve));
    const answers: string[] = [];
    junk.on('message', (data: Buffer) => answers.push(data.toString('utf8')));
    for (const text of ['', '{', 'null', '[', '\u0000', '"x"', '{"t":"q"}', '['.repeat(1e6)]) {
      junk.send(text);
    }
    junk.send(Buffer.from('{"t":"q","i":"b","m":"call","a":["b","hello",{}]}'), { binary: true });
    const answered = new Promise((resolve) => junk.once('message', resolve));
    junk.send('{"t":"q","i":"a","m":"call","a":["a","hello",{}]}');
    await answered;
    expect(answers).toHaveLength(1);
    expect(answers[0]).toContain('"i":"a"');
    junk.close();

    const large = await openSocket(server);
    await new Promise((resolve) => large.once('open', resolve));
    const closed = new Promise<number>((resolve) => large.once('close', resolve));
    large.on('error', () => undefined);
    large.send(JSON.stringify({ t: 'q', m: 'x'.repeat(MAX_EDIT_BYTES + (2 << 20)), a: [] }));
    expect(await closed).toBe(1009);
    expect((await get('/', [host, cookie])).status).toBe(200);
  });

  it('does not answer frames that break the protocol', async () => {
    const socket = connect(server.port, '127.0.0.1');
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write(request('/api', [...own, ...UPGRADE]));
    await new Promise((resolve) => socket.once('data', resolve));
    // Not masked, with reserved bits.
    socket.write(Buffer.from([0xf1, 0x05, 1, 2, 3, 4, 5]));
    socket.resume();
    await closed;
    expect((await get('/', [host, cookie])).status).toBe(200);
  });
});
