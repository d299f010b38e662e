/** Answers `unsmear://app/...` with the built editor, pixels and downloads, in web types. */
import { createReadStream } from 'node:fs';
import { readFile, realpath, stat } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { create as contentDisposition } from 'content-disposition';
import type { Downloads } from '../../app/downloads.js';
import type { PixelSource } from '../../app/service.js';
import { isInside } from '../../app/roots.js';
import { isOfEditor } from './address.js';
import { securityHeaders } from '../headers.js';
import { answerPixels } from '../pixel-answers.js';
import type { FaultLog } from '../rpc.js';

/** Bytes, text and Node's streams, whatever the type definitions call them. */
type Body = ConstructorParameters<typeof Response>[0];

export interface SchemeOptions {
  /** Folder of the built editor. */
  readonly app: string;
  readonly pixels: PixelSource;
  readonly downloads: Downloads;
  readonly onFault: FaultLog;
}

/** Types of the files that the build writes. */
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};

/** Returns the handler of requests, which never rejects. */
export function schemeHandler(options: SchemeOptions): (request: Request) => Promise<Response> {
  return async (request) => {
    if (!isOfEditor(request.url)) return words(404, 'Not found.');
    if (request.method !== 'GET') return words(405, 'Only GET.', { allow: 'GET' });
    const { pathname } = new URL(request.url);
    try {
      if (pathname.startsWith('/image/')) return await image(request.signal, options, pathname);
      const [, id] = /^\/download\/([^/]+)$/.exec(pathname) ?? [];
      if (id !== undefined) return await download(options.downloads, id);
      return await file(options.app, pathname);
    } catch (error) {
      options.onFault(pathname, error);
      return words(500, 'The request failed.');
    }
  };
}

async function image(
  signal: AbortSignal,
  { pixels, onFault }: SchemeOptions,
  path: string,
): Promise<Response> {
  const { status, type, body, caching } = await answerPixels(signal, pixels, path, onFault);
  return answer(status, type, body, caching === null ? {} : { 'cache-control': caching });
}

/** Sends a download, for which the system asks where to save. After a broken one the file stays. */
async function download(downloads: Downloads, id: string): Promise<Response> {
  const found = downloads.take(id);
  if (found === null) return words(404, 'Not found.');
  const { size } = await stat(found.path);
  const stream = createReadStream(found.path);
  let whole = false;
  stream.once('end', () => (whole = true));
  stream.once('close', () => {
    if (whole) void downloads.discard(found).catch(() => undefined);
    else downloads.giveBack(id, found);
  });
  return answer(200, 'application/octet-stream', Readable.toWeb(stream), {
    'content-length': String(size),
    'content-disposition': contentDisposition(found.name),
  });
}

async function file(root: string, pathname: string): Promise<Response> {
  const path = await confined(root, pathname);
  const type = path === null ? undefined : TYPES[extname(path)];
  if (path === null || type === undefined) return words(404, 'Not found.');
  return answer(200, type, await readFile(path));
}

/** Returns the real path of a file; `null` if it is missing, hidden or outside the root. */
async function confined(root: string, pathname: string): Promise<string | null> {
  const parts = decode(pathname === '' || pathname === '/' ? '/index.html' : pathname)?.split('/');
  // Refuses parts that are empty or contain a separator.
  const names = parts?.slice(1);
  if (names?.every((name) => /^[^./\\\0:][^/\\\0:]*$/.test(name)) !== true) return null;
  try {
    const base = await realpath(root);
    const path = await realpath(resolve(base, join(...names)));
    return isInside(base, path) ? path : null;
  } catch {
    return null;
  }
}

function decode(pathname: string): string | null {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return null;
  }
}

function words(status: number, text: string, more: Record<string, string> = {}): Response {
  return answer(status, 'text/plain', text, more);
}

function answer(
  status: number,
  type: string,
  body: Uint8Array | string | ReadableStream,
  more: Readonly<Record<string, string>> = {},
): Response {
  const headers = { ...securityHeaders(null), 'content-type': type, ...more };
  return new Response(body as Body, { status, headers });
}
