/** Open photos: the calls of the API that concern them, and their pixels, over the engine's studio. */
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { CallArguments, ExportReport, OpenedPhoto } from '../../shared/api/calls.js';
import type { PhotoId } from '../../shared/api/ids.js';
import type { PixelAddress } from '../../shared/api/pixels.js';
import { downloadPath } from '../../shared/api/transfer.js';
import { throwIfAborted, UnsmearError } from '../../shared/errors.js';
import { isEverywhere, rasteriseBands, type RegionDocument } from '../../shared/regions/index.js';
import type { EngineClient } from '../engine/client.js';
import { StudioClient } from '../engine/studio-client.js';
import { findPlugin } from '../plugins/discover.js';
import type { Downloads } from './downloads.js';
import type { EditStore } from './edits.js';
import type { FileReferences } from './files.js';
import type { RecentFiles } from './recents.js';
import type { AppCalls, EventHub, Pixels, PixelSource } from './service.js';

export interface PhotoParts {
  readonly engine: EngineClient;
  readonly files: FileReferences;
  readonly recents: RecentFiles;
  readonly downloads: Downloads;
  readonly edits: EditStore;
  readonly hub: EventHub;
  /** Whether a path is a copy of our own (an upload): not for the list of recent photos, and without a sidecar. */
  readonly isPrivate: (path: string) => boolean;
}

export type PhotoCalls = Pick<
  AppCalls,
  'openPhoto' | 'closePhoto' | 'startResult' | 'lookAt' | 'stopResult' | 'exportPhoto' | 'saveEdit'
>;

interface Open {
  readonly path: string;
  readonly width: number;
  readonly height: number;
}

export class Photos {
  private readonly open = new Map<PhotoId, Open>();
  private readonly studio: StudioClient;

  constructor(private readonly parts: PhotoParts) {
    this.studio = new StudioClient(parts.engine, {
      onEvent: (photo, result, event) => parts.hub.emit({ type: 'result', photo, result, event }),
    });
  }

  readonly calls: PhotoCalls = {
    openPhoto: (signal, { file }) => this.openPhoto(signal, file),
    closePhoto: async (_, { photo }) => {
      this.open.delete(photo);
      await this.studio.close(photo);
      return null;
    },
    startResult: async (signal, { photo, settings, view, begin = true }) => {
      const { folder } = await findPlugin(settings.plugin);
      const spec = { ...settings, plugin: folder };
      if (!begin) return this.studio.look(signal, photo, spec);
      return this.studio.start(signal, photo, spec, view);
    },
    lookAt: async (signal, { photo, view }) => {
      await this.studio.lookAt(signal, photo, view);
      return null;
    },
    stopResult: async (signal, { photo }) => {
      await this.studio.stop(signal, photo);
      return null;
    },
    exportPhoto: (signal, args) => this.exportPhoto(signal, args),
    saveEdit: async (_, { photo, edit, to }) => {
      const { path } = this.find(photo);
      const sidecar = to === 'sidecar' && !this.parts.isPrivate(path);
      await this.parts.edits.save(path, edit, sidecar ? 'sidecar' : 'autosave');
      return null;
    },
  };

  readonly pixels: PixelSource = async (signal, address) => {
    const { bytes, type } = await this.picture(signal, address);
    return { type, body: bytes } satisfies Pixels;
  };

  /** Closes every photo. */
  close(): Promise<void> {
    this.open.clear();
    return this.studio.dispose();
  }

  private async openPhoto(
    signal: AbortSignal,
    ref: CallArguments<'openPhoto'>['file'],
  ): Promise<OpenedPhoto> {
    const { files, recents, edits, isPrivate } = this.parts;
    const path = await files.resolve(ref);
    const photo = `p-${randomBytes(8).toString('hex')}`;
    const found = await this.studio.open(signal, photo, path);
    this.open.set(photo, { path, width: found.width, height: found.height });
    // A list that cannot be written is no reason not to show the photo.
    if (!isPrivate(path)) await recents.add(path).catch(() => undefined);
    const [file, kept] = await Promise.all([measureFile(signal, path), edits.load(path)]);
    return { photo, name: basename(path), ...found, ...file, ...kept };
  }

  private async exportPhoto(
    signal: AbortSignal,
    { photo, result, stage, strength, regions, output }: CallArguments<'exportPhoto'>,
  ): Promise<ExportReport> {
    const { path: source, ...size } = this.find(photo);
    const { downloads, files, isPrivate } = this.parts;
    const mask = await coverage(signal, regions, size);
    const { folder, name, ...options } = output;
    const asDownload = folder === null && isPrivate(source);
    const into = folder === null ? dirname(source) : await files.resolve(folder);
    const path = asDownload ? await downloads.place(name) : join(into, basename(name));
    const written = await this.studio.export(signal, {
      ...{ photo, result, stage, strength, mask },
      output: { ...options, path },
    });
    const place = asDownload
      ? { file: null, download: downloadPath(await downloads.offer(written.path, name)) }
      : { file: (await files.admit(written.path)).ref, download: null };
    const { bytes, warnings } = written;
    return { name: basename(written.path), ...place, bytes, warnings };
  }

  private picture(signal: AbortSignal, address: PixelAddress) {
    const { photo } = address;
    this.find(photo);
    switch (address.kind) {
      case 'original':
        return this.studio.tile(signal, { ...address, result: null, stage: 0 });
      case 'result':
        return this.studio.tile(signal, address);
      case 'preview':
        return this.studio.preview(signal, photo, address.result);
      case 'map':
        return this.studio.map(signal, photo, address.result, address.map);
      case 'thumbnail':
        return this.thumbnail(signal, photo);
    }
  }

  /** The top of the pyramid: at most one tile large. */
  private thumbnail(signal: AbortSignal, photo: PhotoId) {
    const { width, height } = this.find(photo);
    const level = Math.max(0, Math.ceil(Math.log2(Math.max(width, height) / 512)));
    return this.studio.tile(signal, { photo, result: null, stage: 0, level, column: 0, row: 0 });
  }

  private find(photo: PhotoId): Open {
    const found = this.open.get(photo);
    if (found === undefined) {
      throw new UnsmearError('file-missing', 'This photo is not open.', { hint: 'Open it again.' });
    }
    return found;
  }
}

/** Which file it is, whatever its name. */
async function measureFile(
  signal: AbortSignal,
  path: string,
): Promise<Pick<OpenedPhoto, 'bytes' | 'hash'>> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path, { signal }) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, hash: hash.digest('hex') };
}

/** The mask at the photo's size, or null: everywhere. Other work gets its turn between bands. */
async function coverage(
  signal: AbortSignal,
  regions: RegionDocument,
  { width, height }: { readonly width: number; readonly height: number },
): Promise<Uint8Array | null> {
  if (isEverywhere(regions)) return null;
  const mask = new Uint8Array(width * height);
  const rect = { x: 0, y: 0, w: width, h: height };
  for (const band of rasteriseBands(regions, { width, height }, { rect, scale: 1 })) {
    mask.set(band.coverage, band.rect.y * width);
    await new Promise((resolve) => setImmediate(resolve));
    throwIfAborted(signal);
  }
  return mask;
}
