/** Identifies a file by its first bytes, without loading a decoder. */
import { basename } from 'node:path';
import { UnsmearError } from '../../../shared/core/errors.js';
import { openRegularFile } from '../../storage/regular-file.js';
import { readExactly } from '../../storage/file-copy.js';
import { formatOfExtension, rawHint, sniff } from './sniff.js';
import type { SourceFormat } from '../types.js';

const HEAD_BYTES = 128 << 10;
export const DAMAGED =
  'The file is damaged or was not copied completely: copy it again from the camera or card.';

export interface Identified {
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
      throw new UnsmearError('file-missing', `${name} does not exist.`, {
        hint: 'Check the path and its spelling.',
        cause,
      });
    }
    throw new UnsmearError('file-unreadable', `${name} cannot be opened.`, {
      hint: code === 'EACCES' ? 'You have no permission to read it.' : undefined,
      cause,
    });
  }
}

function identify(head: Uint8Array, name: string): SourceFormat {
  const found = sniff(head, name);
  switch (found.kind) {
    case 'photo':
      return found.format;
    case 'empty':
      throw new UnsmearError('image-broken', `${name} is empty (0 bytes).`, { hint: DAMAGED });
    case 'raw':
      throw new UnsmearError(
        'format-unsupported',
        `${name} is a camera RAW file (${found.label}).`,
        {
          hint: rawHint(found.label),
        },
      );
    case 'other': {
      const promised = formatOfExtension(name);
      const but = promised === null ? '' : `, although its name says ${promised.toUpperCase()}`;
      throw new UnsmearError('format-unsupported', `${name} is ${found.label}${but}.`, {
        hint: found.hint,
      });
    }
    case 'unknown': {
      const promised = formatOfExtension(name);
      throw promised === null
        ? new UnsmearError('format-unsupported', `${name} is not an image.`, {
            hint: 'JPEG, PNG, WebP, AVIF, TIFF and HEIC photos can be restored.',
          })
        : new UnsmearError(
            'image-broken',
            `${name} is not a ${promised.toUpperCase()} image, although its name says so.`,
            {
              hint: DAMAGED,
            },
          );
    }
  }
}
