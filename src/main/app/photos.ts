/** Serves the API's calls for open photos, and their pixels, through the engine's studio. */
import { createHash, randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import type { CallArguments, ExportReport, OpenedPhoto } from '../../shared/protocol/calls.js';
import type { PhotoId } from '../../shared/protocol/ids.js';
import type { PixelAddress } from '../../shared/protocol/pixels.js';
import { downloadPath } from '../../shared/protocol/transfer.js';
import type { BlurVerdict } from '../../shared/contracts/triage.js';
import type { EngineClient } from '../engine/supervisor/client.js';
import { StudioClient } from '../engine/supervisor/studio-client.js';
import type { PluginRegistry } from '../plugins/registry.js';
import { dataFolder } from '../storage/places.js';
import { openRegularFile } from '../storage/regular-file.js';
import { BlurQueue } from './blur-queue.js';
import type { Downloads } from './downloads.js';
import type { EditStore } from '../storage/edits.js';
import { checkExportName, exportPath } from './export-path.js';
import type { FileReferences } from './files.js';
import { OpenPhotos } from './open-photos.js';
import type { RecentFiles } from './recents.js';
import type { AppCalls, Editor, EventHub, Pixels } from './service.js';
import type { SettingsStore } from './settings.js';

export interface PhotoParts {
  readonly engine: EngineClient;
  readonly plugins: PluginRegistry;
  readonly files: FileReferences;
  readonly recents: RecentFiles;
  readonly downloads: Downloads;
  readonly edits: EditStore;
  readonly hub: EventHub;
  /** Settings with the network that computes blur scores. */
  readonly settings: Pick<SettingsStore, 'read'>;
  /** Returns whether a file is an upload or the sample: not listed as recent, and without a sidecar beside it. */
  readonly isPrivate: (path: string) => boolean;
  /** Folder for finished tiles, which may be gigabytes; default: in the data folder. */
  readonly cache?: string;
  /** Milliseconds until a photo is closed after its editor has disconnected. */
  readonly graceMs?: number;
}

/** Address of pixels of an open photo. */
export type PhotoAddress = Exclude<PixelAddress, { kind: 'batch' }>;

export type PhotoCalls = Pick<
  AppCalls,
  | 'openPhoto'
  | 'closePhoto'
  | 'rejoinPhotos'
  | 'startResult'
  | 'lookAt'
  | 'stopResult'
  | 'exportPhoto'
  | 'saveEdit'
>;

export class Photos {
  private readonly open: OpenPhotos;
  private readonly studio: StudioClient;
  private readonly blurs = new BlurQueue((signal, photo) => this.tellBlur(signal, photo));
  /** Blur scores of open photos with their network, for editors that reconnect. */
  private readonly judged = new Map<
    PhotoId,
    { readonly network: string; readonly blur: BlurVerdict }
  >();

  constructor(private readonly parts: PhotoParts) {
    this.open = new OpenPhotos((photo) => void this.closePhoto(photo), parts.graceMs);
    this.studio = new StudioClient(parts.engine, {
      scratchRoot: parts.cache ?? join(dataFolder(), 'cache'),
      onEvent: (photo, result, event) => parts.hub.emit({ type: 'result', photo, result, event }),
    });
  }

  readonly calls: PhotoCalls = {
    openPhoto: (signal, { file }, editor) => this.openPhoto(signal, file, editor),
    closePhoto: async (_, { photo }) => {
      await this.closePhoto(photo);
      return null;
    },
    rejoinPhotos: (_, { photos }, editor) => {
      const open = photos.filter((photo) => this.open.has(photo));
      for (const photo of open) {
        this.open.use(photo, editor);
        // The editor missed the events that were emitted while it was disconnected.
        this.blurs.add(photo);
      }
      return Promise.resolve(open);
    },
    startResult: async (signal, { photo, settings, view, begin = true }, editor) => {
      this.open.use(photo, editor);
      const { folder } = await this.parts.plugins.find(settings.plugin);
      const spec = { ...settings, plugin: folder };
      if (!begin) return this.studio.look(signal, photo, spec);
      return this.studio.start(signal, photo, spec, view);
    },
    lookAt: async (signal, { photo, view }, editor) => {
      this.open.use(photo, editor);
      await this.studio.lookAt(signal, photo, view);
      return null;
    },
    stopResult: async (signal, { photo }, editor) => {
      this.open.use(photo, editor);
      await this.studio.stop(signal, photo);
      return null;
    },
    exportPhoto: (signal, args, editor) => this.exportPhoto(signal, args, editor),
    saveEdit: async (_, { photo, edit, to }, editor) => {
      const { path, facts } = this.open.use(photo, editor);
      await this.parts.edits.save({ path, ...facts }, edit, to);
      return null;
    },
  };

  readonly pixels = async (signal: AbortSignal, address: PhotoAddress): Promise<Pixels> => {
    const { bytes, type } = await this.picture(signal, address);
    return { type, body: bytes };
  };

  /** Closes every photo. */
  close(): Promise<void> {
    this.open.clear();
    this.blurs.clear();
    return this.studio.dispose();
  }

  private async openPhoto(
    signal: AbortSignal,
    ref: CallArguments<'openPhoto'>['file'],
    editor?: Editor,
  ): Promise<OpenedPhoto> {
    const { files, edits } = this.parts;
    const path = await files.resolve(ref);
    const left = await this.open.findLeft(path);
    const photo = left ?? (await this.openFresh(signal, path, editor));
    const { facts } = this.open.use(photo, editor);
    const kept = await edits.load({ path, ...facts });
    this.blurs.add(photo);
    return { ...facts, ...kept };
  }

  private async openFresh(signal: AbortSignal, path: string, editor?: Editor): Promise<PhotoId> {
    const { recents, isPrivate } = this.parts;
    const photo = `p-${randomBytes(8).toString('hex')}`;
    const found = await this.studio.open(signal, photo, path);
    try {
      const named = { photo, name: basename(path), hasFolder: !isPrivate(path) };
      const facts = { ...named, ...found, ...(await measureFile(signal, path)) };
      await this.open.add(path, facts, editor);
    } catch (error) {
      await this.studio.close(photo);
      throw error;
    }
    // The photo opens even if the list of recent photos cannot be written.
    if (!isPrivate(path)) await recents.add(path).catch(() => undefined);
    return photo;
  }

  private async closePhoto(photo: PhotoId): Promise<void> {
    this.open.remove(photo);
    this.blurs.drop(photo);
    this.judged.delete(photo);
    await this.studio.close(photo);
  }

  /** Computes and emits a photo's blur score in the background; emits `null` if that fails. */
  private async tellBlur(signal: AbortSignal, photo: PhotoId): Promise<void> {
    const blur = await this.judgeBlur(signal, photo).catch(() => null);
    if (!signal.aborted) this.parts.hub.emit({ type: 'blur', photo, blur });
  }

  /** Returns the blur score by the network that the user has chosen. */
  private async judgeBlur(signal: AbortSignal, photo: PhotoId): Promise<BlurVerdict | null> {
    const { plugin, provider } = await this.parts.settings.read();
    // A missing network is reported when the user restores with it.
    const { plugins } = this.parts;
    const { folder } = await plugins.find(plugin).catch(() => plugins.default());
    const known = this.judged.get(photo);
    if (known?.network === folder) return known.blur;
    const blur = await this.studio.blur(signal, photo, folder, provider);
    if (blur !== null && !signal.aborted) this.judged.set(photo, { network: folder, blur });
    return blur;
  }

  private async exportPhoto(
    signal: AbortSignal,
    { photo, result, stage, strength, regions, output }: CallArguments<'exportPhoto'>,
    editor?: Editor,
  ): Promise<ExportReport> {
    const { path: source, facts } = this.open.use(photo, editor);
    const { downloads, files, hub } = this.parts;
    const { folder, name, ...options } = output;
    checkExportName(name, output.format);
    const asDownload = folder === 'download' || (folder === null && !facts.hasFolder);
    const into =
      folder === null || asDownload ? dirname(source) : await files.resolveFolder(folder);
    const path = asDownload
      ? await downloads.place(name)
      : await exportPath(into, output, this.open.sources());
    const call = { photo, result, stage, strength, regions, output: { ...options, path } };
    const tell = (done: number): void => hub.emit({ type: 'export', photo, done });
    const written = await this.studio.export(signal, call, tell);
    const place = asDownload
      ? { file: null, download: downloadPath(await downloads.offer(written.path, name)) }
      : { file: (await files.admit(written.path)).ref, download: null };
    const { bytes, warnings } = written;
    return { name: basename(written.path), ...place, bytes, warnings };
  }

  private picture(signal: AbortSignal, address: PhotoAddress) {
    const { photo } = address;
    const { facts } = this.open.use(photo);
    switch (address.kind) {
      case 'original':
        this.blurs.prefer(photo);
        return this.studio.tile(signal, { ...address, result: null, stage: 0 });
      case 'result':
        return this.studio.tile(signal, address);
      case 'preview':
        return this.studio.preview(signal, photo, address.result);
      case 'map':
        return this.studio.map(signal, photo, address.result, address.map);
      case 'thumbnail': {
        // The smallest octave fits into one tile.
        const top = { level: facts.levels - 1, column: 0, row: 0 };
        return this.studio.tile(signal, { photo, result: null, stage: 0, ...top });
      }
    }
  }
}

/** Returns the size and the SHA-256 of a file. */
async function measureFile(
  signal: AbortSignal,
  path: string,
): Promise<Pick<OpenedPhoto, 'bytes' | 'hash'>> {
  const file = await openRegularFile(path);
  const hash = createHash('sha256');
  let bytes = 0;
  // The stream closes the file.
  for await (const chunk of file.createReadStream({ signal }) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, hash: hash.digest('hex') };
}
