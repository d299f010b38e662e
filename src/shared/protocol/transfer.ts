/**
 * Files between a page and the browser host. A photo is sent as the body of `POST uploadPath(name)` with
 * the type `UPLOAD_TYPE`, which no form and no page of another site can send; the answer is an
 * `UploadAnswer`, whatever the status.
 */
import type { Outcome } from './channel.js';
import type { FileEntry } from './calls.js';

export const UPLOAD_TYPE = 'application/octet-stream';

export type UploadAnswer = Outcome<FileEntry>;

/** Relative to the host's root. */
export function uploadPath(name: string): string {
  return `upload?name=${encodeURIComponent(name)}`;
}

/** Where a download is fetched, once; relative to the host's root. */
export function downloadPath(id: string): string {
  return `download/${id}`;
}

/** The socket of the API, relative to the host's root. */
export const SOCKET_PATH = 'api';
