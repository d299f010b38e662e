/**
 * The open photos. At most two are held decoded, with their pyramids (four bytes per pixel each: 200 MB at 50 megapixels, more than twice that with 16 bits);
 * others are decoded again when they are asked for.
 */
import { stat } from 'node:fs/promises';
import { UnsmearError } from '../../../shared/core/errors.js';
import {
  decodePhoto,
  depthOf,
  displayColour,
  iccName,
  inEightBits,
  localText,
  onWhite,
  takenAt,
  type DecodedPhoto,
  type DisplayColour,
  type Picture,
  type RgbPixels,
} from '../../imaging/index.js';
import type { Grid, Tile } from '../tiling/grid.js';
import { judgeSharpness, type Sharpness } from '../blur/sharpness.js';
import { buildLevels, levelCount } from './levels.js';
import type { OpenCall, StudioPhoto } from './protocol.js';
import type { Result } from './result.js';
import type { TileStore } from './tile-store.js';
import { photoChanged, TileStores } from './tile-stores.js';

const MAX_DECODED = 2;

export interface Loaded {
  readonly photo: DecodedPhoto;
  /** As shown: transparent pixels on white. */
  readonly levels: readonly RgbPixels[];
  readonly colour: DisplayColour;
}

export class OpenPhoto {
  readonly results = new Map<string, Result>();
  /** First looks by plug-in. */
  readonly previews = new Map<string, Promise<Picture>>();
  loaded: Promise<Loaded> | null = null;
  used = 0;
  private readonly judged = new Map<string, Sharpness>();

  constructor(
    readonly call: OpenCall,
    readonly signature: string,
    readonly store: TileStore,
  ) {}

  judge(image: DecodedPhoto, grid: Grid, tile: Tile): Sharpness {
    const name = `${grid.tileWidth}x${grid.tileHeight} ${tile.index}`;
    const found = this.judged.get(name) ?? judgeSharpness(image, tile.rect);
    this.judged.set(name, found);
    return found;
  }
}

export interface ShelfHost {
  /** Must stay decoded. */
  isBusy(photo: string): boolean;
  /** Is no longer decoded. */
  evicted(photo: string): void;
}

export class PhotoShelf {
  private readonly photos = new Map<string, OpenPhoto>();
  private readonly stores = new TileStores();
  private decoding: Promise<unknown> = Promise.resolve();
  private clock = 0;

  constructor(private readonly host: ShelfHost) {}

  async open(call: OpenCall): Promise<StudioPhoto> {
    let photo = this.photos.get(call.photo);
    if (!photo) {
      const signature = await fileSignature(call.path);
      photo = new OpenPhoto(call, signature, this.stores.take(call.scratch, signature));
      this.photos.set(call.photo, photo);
    }
    try {
      const { photo: decoded } = await this.load(photo);
      return describe(decoded, (await stat(call.path)).mtime);
    } catch (error) {
      this.close(call.photo);
      throw error;
    }
  }

  get(id: string): OpenPhoto {
    const photo = this.photos.get(id);
    if (!photo) throw new UnsmearError('option-invalid', 'This photo is not open.');
    return photo;
  }

  close(id: string): void {
    const photo = this.photos.get(id);
    if (!photo) return;
    this.photos.delete(id);
    this.host.evicted(id);
    this.stores.give(photo.call.scratch);
  }

  isOpen(id: string): boolean {
    return this.photos.has(id);
  }

  /** The pixels, decoded now when they are not there. `shown` false: nobody looks at them, they are the next to go. */
  async load(photo: OpenPhoto, shown = true): Promise<Loaded> {
    if (shown) photo.used = ++this.clock;
    if (photo.loaded === null) {
      // One after the other: two at once would need the memory of three.
      const loading = this.decoding.then(() => {
        this.makeRoom(photo);
        return decode(photo);
      });
      this.decoding = loading.catch(() => undefined);
      photo.loaded = loading;
      loading.catch(() => (photo.loaded = null));
    }
    return photo.loaded;
  }

  private makeRoom(forPhoto: OpenPhoto): void {
    const held = [...this.photos.values()]
      .filter((photo) => photo !== forPhoto && photo.loaded !== null)
      .sort((a, b) => a.used - b.used);
    const surplus = held.length - (MAX_DECODED - 1);
    const idle = held.filter(({ call }) => !this.host.isBusy(call.photo));
    for (const oldest of idle.slice(0, Math.max(0, surplus))) {
      oldest.loaded = null;
      this.host.evicted(oldest.call.photo);
    }
  }
}

async function decode({ call, signature }: OpenPhoto): Promise<Loaded> {
  if ((await fileSignature(call.path)) !== signature) throw photoChanged();
  const photo = await decodePhoto(call.path);
  const { width, height } = photo;
  const data = inEightBits(photo.data);
  const shown = photo.alpha === null ? data : onWhite(data, inEightBits(photo.alpha));
  const levels = await buildLevels({ width, height, data: shown });
  return { photo, levels, colour: displayColour(photo.info) };
}

async function fileSignature(path: string): Promise<string> {
  const { size, mtimeMs } = await stat(path).catch((cause: unknown) => {
    throw new UnsmearError('file-missing', 'The photo is no longer there.', { cause });
  });
  return JSON.stringify([path, size, mtimeMs]);
}

/** `changed`: when its file was. */
function describe({ width, height, data, info }: DecodedPhoto, changed: Date): StudioPhoto {
  const { icc } = info.metadata;
  return {
    width,
    height,
    levels: levelCount(width, height),
    format: info.format,
    profile: icc === null ? null : (iccName(icc) ?? 'unnamed'),
    warnings: info.warnings,
    bits: depthOf(data),
    taken: localText(takenAt(info.metadata.exif) ?? changed),
  };
}
