/** Serves the API's calls for open photos, and their pixels, through sessions of the engine. */
import { createHash, randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import type {
  CallArguments,
  ExportReport,
  OpenedPhoto,
  ResultSettings,
} from '../../shared/protocol/calls.js';
import type { PhotoId } from '../../shared/protocol/ids.js';
import type { PixelAddress } from '../../shared/protocol/pixels.js';
import { downloadPath } from '../../shared/protocol/transfer.js';
import type { BlurScore } from '../../shared/contracts/triage.js';
import type { RestorationSettings, SessionEvent } from '../engine/protocol.js';
import type { EngineSupervisor } from '../engine/supervisor/engine-supervisor.js';
import { SessionClient } from '../engine/supervisor/session-client.js';
import type { PluginRegistry } from '../plugins/registry.js';
import { ScratchCache, type Lease } from '../storage/scratch-cache.js';
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
import { resultEvent, stageChoice, startedResult } from './result-mapping.js';
import type { SettingsStore } from './settings.js';

interface PhotoParts {
  readonly engine: EngineSupervisor;
  readonly plugins: PluginRegistry;
  readonly files: FileReferences;
  readonly recents: RecentFiles;
  readonly downloads: Downloads;
  readonly edits: EditStore;
  readonly hub: EventHub;
  /** Settings with the network that computes blur scores. */
  readonly settings: Pick<SettingsStore, 'read'>;
  /** Returns whether a file is an upload or the sample: not recent, without a sidecar beside it. */
  readonly isPrivate: (path: string) => boolean;
  /** Folder for finished tiles, which may be gigabytes; default: in the data folder. */
  readonly cache?: string;
  /** Milliseconds until a photo is closed after its editor has disconnected. */
  readonly graceMs?: number;
}

/** Address of pixels of an open photo. */
type PhotoAddress = Exclude<PixelAddress, { kind: 'batch' }>;

type PhotoCalls = Pick<
  AppCalls,
  | 'openPhoto'
  | 'closePhoto'
  | 'rejoinPhotos'
  | 'startResult'
  | 'findResult'
  | 'setViewport'
  | 'stopResult'
  | 'exportPhoto'
  | 'saveEdit'
>;

/** An open photo in the engine. */
interface OpenSession {
  readonly session: SessionClient;
  /** Folder of its finished tiles. */
  readonly scratch: Lease;
}

export class Photos {
  private readonly open: OpenPhotos;
  private readonly sessions = new Map<PhotoId, OpenSession>();
  private readonly scratch: ScratchCache;
  private readonly blurs = new BlurQueue((signal, photo) => this.emitBlur(signal, photo));
  /** Blur scores of open photos and the plug-ins they are from, for editors that reconnect. */
  private readonly scores = new Map<
    PhotoId,
    { readonly plugin: string; readonly blur: BlurScore }
  >();

  constructor(private readonly parts: PhotoParts) {
    this.open = new OpenPhotos((photo) => void this.closePhoto(photo), parts.graceMs);
    this.scratch = new ScratchCache(parts.cache ?? join(dataFolder(), 'cache'));
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
    startResult: async (signal, { photo, settings, regions, view }, editor) => {
      const session = this.session(photo, editor);
      const options = { where: { regions }, view };
      return startedResult(
        await session.start(signal, await this.engineSettings(settings), options),
      );
    },
    findResult: async (signal, { photo, settings, regions }, editor) => {
      const session = this.session(photo, editor);
      return startedResult(
        await session.find(signal, await this.engineSettings(settings), { regions }),
      );
    },
    setViewport: async (signal, { photo, view }, editor) => {
      await this.session(photo, editor).setViewport(signal, view);
      return null;
    },
    stopResult: async (signal, { photo }, editor) => {
      await this.session(photo, editor).stop(signal);
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

  /** Closes every photo and removes all finished tiles; the engine keeps running. */
  async close(): Promise<void> {
    await Promise.all([...this.sessions.keys()].map((photo) => this.closePhoto(photo)));
    await this.scratch.close();
  }

  /** Rejects with `plugin-missing` or `plugin-invalid`. */
  private async engineSettings(settings: ResultSettings): Promise<RestorationSettings> {
    const { folder } = await this.parts.plugins.find(settings.plugin);
    const guide = await this.parts.plugins.guide();
    return { ...settings, plugin: folder, guide, budget: 1, threads: null };
  }

  private session(photo: PhotoId, editor?: Editor): SessionClient {
    this.open.use(photo, editor);
    return this.sessions.get(photo)!.session;
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
    const scratch = await this.scratch.lease(path);
    try {
      const { session, facts: found } = await SessionClient.open(signal, this.parts.engine, {
        photo: {
          session: photo,
          path,
          scratch: scratch.folder,
          keep: { stages: true, maps: true },
        },
        oneShot: false,
        onEvent: (result, event) => this.emitResult(photo, result, event),
      });
      this.sessions.set(photo, { session, scratch });
      const named = { photo, name: basename(path), hasFolder: !isPrivate(path) };
      const facts = { ...named, ...found, ...(await measureFile(signal, path)) };
      await this.open.add(path, facts, editor);
    } catch (error) {
      if (this.sessions.has(photo)) await this.closePhoto(photo);
      else await scratch.release();
      throw error;
    }
    // The photo opens even if the list of recent photos cannot be written.
    if (!isPrivate(path)) await recents.add(path).catch(() => undefined);
    return photo;
  }

  private async closePhoto(photo: PhotoId): Promise<void> {
    this.open.remove(photo);
    this.blurs.drop(photo);
    this.scores.delete(photo);
    const opened = this.sessions.get(photo);
    this.sessions.delete(photo);
    await opened?.session.close();
    await opened?.scratch.release();
  }

  private emitResult(photo: PhotoId, result: string, event: SessionEvent): void {
    this.parts.hub.emit({ type: 'result', photo, result, event: resultEvent(event) });
  }

  /** Computes and emits a photo's blur score in the background; emits `null` if that fails. */
  private async emitBlur(signal: AbortSignal, photo: PhotoId): Promise<void> {
    const blur = await this.scoreBlur(signal, photo).catch(() => null);
    if (!signal.aborted) this.parts.hub.emit({ type: 'blur', photo, blur });
  }

  /** Returns the blur score by the plug-in that the user has chosen. */
  private async scoreBlur(signal: AbortSignal, photo: PhotoId): Promise<BlurScore | null> {
    const { plugin: id, provider } = await this.parts.settings.read();
    // A missing plug-in is reported when the user restores with it.
    const { plugins } = this.parts;
    const { folder: plugin } = await plugins.find(id).catch(() => plugins.default());
    const known = this.scores.get(photo);
    if (known?.plugin === plugin) return known.blur;
    const found = await this.session(photo).call(signal, 'score', { plugin, provider });
    if (found === null) return null;
    const { score, blurredShare, extent } = found;
    const blur = { score, blurredShare, extent };
    if (!signal.aborted) this.scores.set(photo, { plugin, blur });
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
    const call = {
      ...{ restoration: result, stage: stageChoice(stage), strength, mask: { regions } },
      ...{ output: { ...options, path }, inPlace: false },
    };
    const progress = (done: number): void => hub.emit({ type: 'export', photo, done });
    const written = await this.session(photo).export(signal, call, progress);
    const place = asDownload
      ? { file: null, download: downloadPath(await downloads.offer(written.path, name)) }
      : { file: (await files.admit(written.path)).ref, download: null };
    const { bytes, warnings } = written;
    return { name: basename(written.path), ...place, bytes, warnings };
  }

  private picture(signal: AbortSignal, address: PhotoAddress) {
    const { photo } = address;
    const { facts } = this.open.use(photo);
    const session = this.session(photo);
    const original = { restoration: null, stage: 'latest' } as const;
    switch (address.kind) {
      case 'original': {
        this.blurs.prefer(photo);
        const { level, column, row } = address;
        return session.call(signal, 'tile', { ...original, level, column, row });
      }
      case 'result': {
        const { result: restoration, level, column, row } = address;
        const stage = stageChoice(address.stage);
        return session.call(signal, 'tile', { restoration, stage, level, column, row });
      }
      case 'map':
        return session.call(signal, 'map', address.result, address.map);
      case 'thumbnail':
        // The smallest level fits into one tile.
        return session.call(signal, 'tile', {
          ...original,
          level: facts.levels - 1,
          column: 0,
          row: 0,
        });
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
