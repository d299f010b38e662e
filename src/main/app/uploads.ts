/** Stores photos that editors send in a private folder, completely or not at all. */
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileEntry } from '../../shared/protocol/calls.js';
import { throwIfAborted, toUnsmearError, UnsmearError } from '../../shared/core/errors.js';
import { identifyPhoto } from '../imaging/codecs/identify.js';
import type { FileReferences } from './files.js';
import type { PrivateFolder } from '../storage/private-folder.js';
import { safeName } from '../../shared/contracts/file-name.js';

/** Largest upload in bytes: the largest photo as an uncompressed 16-bit TIFF, rounded up. */
export const UPLOAD_LIMIT = 2 ** 30;

export class Uploads {
  constructor(
    private readonly files: FileReferences,
    private readonly folder: PrivateFolder,
    readonly limit = UPLOAD_LIMIT,
  ) {}

  /** Uses the last part of `name` for display. Rejects and removes large or unreadable files. */
  async receive(
    signal: AbortSignal,
    name: string,
    chunks: AsyncIterable<Uint8Array>,
  ): Promise<FileEntry> {
    const folder = await this.folder.fresh();
    try {
      const path = join(folder, safeName(name));
      await this.store(signal, path, chunks);
      await identifyPhoto(path);
      return await this.files.admit(path);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw toUnsmearError(error);
    }
  }

  private async store(
    signal: AbortSignal,
    path: string,
    chunks: AsyncIterable<Uint8Array>,
  ): Promise<void> {
    const file = await open(path, 'wx', 0o600);
    try {
      let bytes = 0;
      for await (const chunk of chunks) {
        throwIfAborted(signal);
        bytes += chunk.length;
        if (bytes > this.limit) throw tooLarge(this.limit);
        // Unlike `write`, continues after a partial write.
        await file.writeFile(chunk);
      }
      throwIfAborted(signal);
    } finally {
      await file.close();
    }
  }
}

export function tooLarge(limit: number): UnsmearError {
  return new UnsmearError('image-too-large', {
    reason: 'upload',
    megabytes: Math.floor(limit / 2 ** 20),
  });
}
