/** Identifies a file by its first bytes, without loading a decoder. */
import { basename } from 'node:path';
import { UnsmearError } from '../../../shared/core/errors.js';
import { openRegularFile } from '../../storage/regular-file.js';
import { readExactly } from '../../storage/file-copy.js';
import { formatOfExtension, sniff } from './sniff.js';
import type { SourceFormat } from '../types.js';

const HEAD_BYTES = 128 << 10;

interface Identified {
  readonly name: string;
  readonly format: SourceFormat;
  /** First 128 KB of the file, which contain every header that this program parses itself. */
  readonly head: Uint8Array;
}

/** Throws one specific error for a file that cannot be read as a photo. */
export async function identifyPhoto(path: string): Promise<Identified> {
  const name = basename(path);
  const head = await readHead(path, name);
  return { name, head, format: identify(head, name) };
}

async function readHead(path: string, name: string): Promise<Uint8Array> {
  try {
    const file = await openRegularFile(path);
    try {
      return await readExactly(file, 0, HEAD_BYTES);
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (cause instanceof UnsmearError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new UnsmearError('file-missing', { reason: 'not-found', name }, { cause });
    }
    throw new UnsmearError(
      'file-unreadable',
      { reason: code === 'EACCES' ? 'denied' : 'unopenable', name },
      { cause },
    );
  }
}

function identify(head: Uint8Array, name: string): SourceFormat {
  const found = sniff(head, name);
  switch (found.kind) {
    case 'photo':
      return found.format;
    case 'empty':
      throw new UnsmearError('image-broken', { reason: 'empty', name });
    case 'raw':
      throw rawFile(name, found.format, found.converter);
    case 'other':
      throw new UnsmearError('format-unsupported', { reason: found.content, name });
    case 'unknown': {
      const promised = formatOfExtension(name);
      throw promised === null
        ? new UnsmearError('format-unsupported', { reason: 'unknown', name })
        : new UnsmearError('image-broken', {
            reason: 'mislabelled',
            name,
            promised: promised.toUpperCase(),
          });
    }
  }
}

function rawFile(name: string, format: string, converter: string | null): UnsmearError {
  return converter === null
    ? new UnsmearError('format-unsupported', { reason: 'raw-format', name, format })
    : new UnsmearError('format-unsupported', { reason: 'raw-of-maker', name, format, converter });
}
