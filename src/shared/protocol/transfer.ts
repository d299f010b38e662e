/**
 * Uploads and downloads of the browser host. A photo is the body of `POST uploadPath(name)` with
 * the type `UPLOAD_TYPE`, which neither a form nor a page of another site can send. The answer is
 * an `UploadAnswer` with every status.
 */
import type { Outcome } from './channel.js';
import type { FileEntry } from './calls.js';

export const UPLOAD_TYPE = 'application/octet-stream';

export type UploadAnswer = Outcome<FileEntry>;

/** Returns the address of an upload, relative to the host's root. */
export function uploadPath(name: string): string {
  return `upload?name=${encodeURIComponent(name)}`;
}

/** Returns the address of a download, relative to the host's root; it can be fetched once. */
export function downloadPath(id: string): string {
  return `download/${id}`;
}

/** Address of the API's socket, relative to the host's root. */
export const SOCKET_PATH = 'api';
