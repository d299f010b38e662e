/**
 * Caches the decoded photos of the open sessions: at most two, with their display pyramids (four
 * bytes per pixel each, 200 MB at 50 megapixels; twice that with 16 bits).
 */
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { UnsmearError } from '../../../shared/core/errors.js';
import { SerialQueue } from '../../../shared/core/serial-queue.js';
import {
  buildLevels,
  decodePhoto,
  depthOf,
  displayColour,
  iccName,
  inEightBits,
  levelCount,
  localText,
  onWhite,
  takenAt,
  type DecodedPhoto,
  type DisplayColour,
  type RgbPixels,
  type RgbImage,
} from '../../imaging/index.js';
import type { PhotoFacts } from '../protocol.js';
import { photoChanged } from './tile-store.js';

const MAX_DECODED = 2;

/** A decoded photo with its colour conversion and pyramid for display. */
export class LoadedPhoto {
  readonly colour: DisplayColour;
  private levelsMade: Promise<readonly RgbPixels[]> | null = null;

  constructor(readonly photo: DecodedPhoto) {
    this.colour = displayColour(photo.info);
  }

  /** Returns the levels for display: 8 bit, transparent pixels on white. Builds them once. */
  levels(): Promise<readonly RgbPixels[]> {
    const { width, height, data, alpha } = this.photo;
    const eight = inEightBits(data);
    const shown = (): Uint8Array => (alpha === null ? eight : onWhite(eight, inEightBits(alpha)));
    const count = levelCount(width, height);
    return (this.levelsMade ??= buildLevels({ width, height, data: shown() }, count));
  }

  /** Returns the first `count` octaves in the photo's own samples. */
  async octaves(count: number): Promise<readonly RgbImage[]> {
    const { width, height, data, alpha } = this.photo;
    // An opaque photo of 8 bit is displayed as it is.
    const shared = alpha === null && data instanceof Uint8Array ? await this.levels() : [];
    if (shared.length >= count) return shared.slice(0, count);
    const known = shared.at(-1) ?? { width, height, data };
    return [...shared.slice(0, -1), ...(await buildLevels(known, count - shared.length + 1))];
  }
}

/** A file that the cache decodes. */
interface PhotoSource {
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
   * @param isBusy returns whether a photo must stay decoded
   * @param evicted receives each photo that is no longer decoded
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
    // One at a time: decoding two at once would need the memory of three.
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

/** Returns the facts about a photo that its session reports when it opens. */
export async function photoFacts(path: string, photo: DecodedPhoto): Promise<PhotoFacts> {
  const { width, height, data, info } = photo;
  const { icc, exif } = info.metadata;
  return {
    ...{ width, height, levels: levelCount(width, height), format: info.format },
    profile: icc === null ? null : (iccName(icc) ?? 'unnamed'),
    warnings: info.warnings,
    bits: depthOf(data),
    taken: localText(takenAt(exif) ?? (await stat(path)).mtime),
  };
}
