/**
 * Decoded photos of the open sessions. At most two are in memory with their display pyramids (four
 * bytes per pixel each, 200 MB at 50 megapixels; twice that with 16 bits); others are decoded again.
 */
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { UnsmearError } from '../../../shared/core/errors.js';
import { SerialQueue } from '../../../shared/core/serial-queue.js';
import {
  decodePhoto,
  displayColour,
  inEightBits,
  onWhite,
  type DecodedPhoto,
  type DisplayColour,
  type RgbPixels,
} from '../../imaging/index.js';
import { buildLevels } from './levels.js';
import { photoChanged } from './tile-store.js';

const MAX_DECODED = 2;

/** A decoded photo, with what displaying it needs. */
export class LoadedPhoto {
  readonly colour: DisplayColour;
  private levelsMade: Promise<readonly RgbPixels[]> | null = null;

  constructor(readonly photo: DecodedPhoto) {
    this.colour = displayColour(photo.info);
  }

  /** Octaves for display, 8 bit, transparent pixels on white; made when first needed. */
  levels(): Promise<readonly RgbPixels[]> {
    const { width, height, data, alpha } = this.photo;
    const eight = inEightBits(data);
    const shown = (): Uint8Array => (alpha === null ? eight : onWhite(eight, inEightBits(alpha)));
    return (this.levelsMade ??= buildLevels({ width, height, data: shown() }));
  }
}

/** A file that the cache decodes. */
export interface PhotoSource {
  /** Name of the session. */
  readonly id: string;
  readonly path: string;
  /** Identity of the content when the session was opened. */
  readonly signature: string;
}

interface Entry {
  readonly loaded: Promise<LoadedPhoto>;
  used: number;
}

export class DecodedPhotoCache {
  private readonly entries = new Map<PhotoSource, Entry>();
  private readonly decoding = new SerialQueue();
  private clock = 0;

  /**
   * @param isBusy tells whether a photo must stay decoded
   * @param evicted is called with a photo that is no longer decoded
   */
  constructor(
    private readonly isBusy: (source: PhotoSource) => boolean,
    private readonly evicted: (source: PhotoSource) => void,
  ) {}

  /**
   * Returns the decoded photo. One that is not `displayed` is the next to be evicted. Rejects with
   * the decoder's errors, `file-missing`, or `file-unreadable` if the file has changed.
   */
  async load(source: PhotoSource, displayed = true): Promise<LoadedPhoto> {
    const known = this.entries.get(source);
    const used = displayed ? ++this.clock : (known?.used ?? 0);
    if (known !== undefined) {
      known.used = used;
      return known.loaded;
    }
    // One after the other: two at once would need the memory of three.
    const loaded = this.decoding.run(() => {
      this.makeRoom(source);
      return decode(source);
    });
    this.entries.set(source, { loaded, used });
    loaded.catch(() => this.entries.delete(source));
    return loaded;
  }

  drop(source: PhotoSource): void {
    if (this.entries.delete(source)) this.evicted(source);
  }

  private makeRoom(forPhoto: PhotoSource): void {
    const held = [...this.entries].filter(([source]) => source !== forPhoto);
    const idle = held.filter(([source]) => !this.isBusy(source));
    idle.sort(([, a], [, b]) => a.used - b.used);
    const surplus = Math.max(0, held.length - (MAX_DECODED - 1));
    for (const [source] of idle.slice(0, surplus)) this.drop(source);
  }
}

async function decode({ path, signature }: PhotoSource): Promise<LoadedPhoto> {
  if ((await fileSignature(path)) !== signature) throw photoChanged();
  return new LoadedPhoto(await decodePhoto(path));
}

/** Returns a text that changes with the file's content. Rejects with `file-missing`. */
export async function fileSignature(path: string): Promise<string> {
  const { size, mtimeMs } = await stat(path).catch((cause: unknown) => {
    throw new UnsmearError('file-missing', { reason: 'photo', name: basename(path) }, { cause });
  });
  return JSON.stringify([path, size, mtimeMs]);
}
