/** Serves the API's calls about batches: journal and queue, without paths. */
import { existsSync } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type {
  BatchInputs,
  BatchPhotoRow,
  BatchRow,
  BatchRequest,
  ExamplePhoto,
  FoundPhotos,
} from '../../shared/protocol/batches.js';
import { BATCH_CALLS, PHOTOS_AT_ONCE, shareDone } from '../../shared/protocol/batches.js';
import type { FileRef } from '../../shared/protocol/ids.js';
import type { PixelAddress } from '../../shared/protocol/pixels.js';
import { downloadPath } from '../../shared/protocol/transfer.js';
import { BatchSettings, type BatchPhoto } from '../../shared/contracts/batch.js';
import { throwIfAborted, UnsmearError } from '../../shared/core/errors.js';
import { SerialQueue } from '../../shared/core/serial-queue.js';
import type { KeepAwake } from '../batch/awake.js';
import { findPhotos } from '../batch/find.js';
import { journalPath } from '../batch/database.js';
import { Journal, type NewPhoto } from '../batch/journal.js';
import type { BatchId } from '../batch/journal-reader.js';
import { BatchQueue } from '../batch/queue.js';
import { csvOf, documentOf } from '../batch/report.js';
import type { EngineSupervisor } from '../engine/supervisor/engine-supervisor.js';
import { exifOf } from '../imaging/metadata/metadata.js';
import {
  encodePlain,
  localText,
  openPhoto,
  takenAt,
  thumbnailOf,
  type Picture,
} from '../imaging/index.js';
import type { PluginRegistry } from '../plugins/registry.js';
import type { Downloads } from './downloads.js';
import type { FileReferences } from './files.js';
import type { AppCalls, EventHub, Pixels } from './service.js';

export interface BatchParts {
  readonly files: FileReferences;
  readonly downloads: Downloads;
  readonly hub: EventHub;
  readonly makeEngine: () => EngineSupervisor;
  readonly plugins: PluginRegistry;
  readonly keepAwake: KeepAwake;
  /** Returns whether a file is an upload or the sample: nothing is written beside it. */
  readonly isPrivate: (path: string) => boolean;
  readonly journal?: string;
  /** Shows the running batch's progress (0..1) in the system; `null` = no batch runs. */
  readonly showProgress?: (share: number | null) => void;
}

/** Number of finished batches kept in the journal for their reports. */
const KEPT = 50;
/** Number of leading photos tried for an example; some may be damaged. */
const EXAMPLES_TRIED = 10;
const THUMBNAIL_SIDE = 256;

type BatchCalls = Pick<AppCalls, keyof typeof BATCH_CALLS>;

export class Batches {
  private readonly events = new SerialQueue();
  private opened: { readonly journal: Journal; readonly queue: BatchQueue } | null = null;

  constructor(private readonly parts: BatchParts) {}

  readonly calls: BatchCalls = {
    findBatch: async (signal, inputs) => this.describe(signal, await this.find(signal, inputs)),
    startBatch: async (signal, { photos, settings }) => {
      const found = await this.find(signal, photos);
      const id = this.open().journal.create(await this.settingsOf(settings, found), found.photos);
      this.open().journal.prune(KEPT);
      return this.start(id);
    },
    batches: () => {
      if (this.opened === null && !existsSync(this.journalPath)) return Promise.resolve([]);
      const { journal } = this.open();
      return Promise.all(journal.batches().map(({ id }) => this.row(id)));
    },
    batchPhotos: (_, { batch, after, only }) => {
      const { journal } = this.open();
      journal.batch(batch);
      // The photo being restored counts as waiting.
      const states = only === 'waiting' ? (['working', 'waiting'] as const) : only && [only];
      const photos = journal.photos(batch, after, PHOTOS_AT_ONCE, states ?? undefined);
      return Promise.all(photos.map((photo) => this.photoRow(photo)));
    },
    pauseBatch: async (_, { batch }) => {
      await this.known(batch).pause(batch);
      return this.row(batch);
    },
    resumeBatch: (_, { batch }) => this.start(batch),
    retryBatch: (_, { batch }) => {
      this.known(batch);
      this.open().journal.retryFailed(batch);
      return this.start(batch);
    },
    removeBatchPhotos: async (_, { batch, photos }) => {
      this.known(batch);
      this.open().journal.removePhotos(batch, photos);
      return this.emitRow(batch);
    },
    removeBatch: async (_, { batch }) => {
      const queue = this.known(batch);
      if (queue.state(batch) === 'elsewhere') throw elsewhere();
      await queue.pause(batch);
      this.open().journal.remove(batch);
      this.parts.hub.emit({ type: 'batch-removed', batch });
      return null;
    },
    batchReport: async (_, { batch, format }) => {
      this.known(batch);
      const { journal } = this.open();
      const text =
        format === 'csv'
          ? csvOf(journal, batch)
          : `${JSON.stringify(documentOf(journal, batch), null, 2)}\n`;
      const name = `unsmear-batch-${batch}.${format}`;
      const path = await this.parts.downloads.place(name);
      await writeFile(path, text);
      return { name, download: downloadPath(await this.parts.downloads.offer(path, name)) };
    },
  };

  /**
   * Rejects with `file-missing` without such a photo or result. Shows a grey square for a file that
   * is not a picture; its row reports the error later.
   */
  async thumbnail({ batch, number, side }: PixelAddress & { kind: 'batch' }): Promise<Pixels> {
    const photo = this.open().journal.photo(batch, number);
    const path = side === 'before' ? photo?.input : photo?.state === 'done' ? photo.output : null;
    if (!path) throw new UnsmearError('file-missing', { reason: 'thumbnail' });
    const { bytes, type } = await thumbnailOf(path, THUMBNAIL_SIDE).catch(greySquare);
    return { type, body: bytes };
  }

  /** Stops; unfinished photos are restored after the next start. */
  async close(): Promise<void> {
    await this.opened?.queue.close();
    // Queued events read the journal.
    await this.events.settled();
    this.opened?.journal.close();
    this.opened = null;
  }

  /** Opens the journal at the first call that needs it. */
  private open(): { readonly journal: Journal; readonly queue: BatchQueue } {
    if (this.opened !== null) return this.opened;
    const { makeEngine, plugins, keepAwake } = this.parts;
    const journal = Journal.open(this.journalPath);
    const queue = new BatchQueue(
      { journal, makeEngine, plugins, keepAwake },
      // Fails for a batch that was removed in the meantime.
      { changed: (batch, photo) => void this.emitRow(batch, photo).catch(() => undefined) },
    );
    return (this.opened = { journal, queue });
  }

  private get journalPath(): string {
    return this.parts.journal ?? journalPath();
  }

  /** Throws `batch-missing` for an unknown id. */
  private known(batch: BatchId): BatchQueue {
    const { journal, queue } = this.open();
    journal.batch(batch);
    return queue;
  }

  private start(batch: BatchId): Promise<BatchRow> {
    this.known(batch).start(batch);
    return this.row(batch);
  }

  /** Emits the batch's current state; serial, so that the last event is the current one. */
  private emitRow(batch: BatchId, photo: BatchPhoto | null = null): Promise<BatchRow> {
    return this.events.run(async () => {
      const row = await this.row(batch);
      const photoRow = photo && (await this.photoRow(photo));
      this.parts.hub.emit({ type: 'batch', batch: row, photo: photoRow });
      if (row.state === 'running') this.parts.showProgress?.(shareDone(row));
      else if (this.opened?.queue.isIdle !== false) this.parts.showProgress?.(null);
      return row;
    });
  }

  private async find(
    signal: AbortSignal,
    { inputs, except, ...options }: BatchInputs,
  ): Promise<Awaited<ReturnType<typeof findPhotos>>> {
    const { files } = this.parts;
    const given = await Promise.all(inputs.map((ref) => files.resolve(ref)));
    const { photos, missing } = await findPhotos(signal, given, {
      ...options,
      except: except === null ? null : await files.resolve(except),
      results: this.open().journal.results(),
    });
    // A link in a folder may lead outside the allowed folders.
    const named = new Set(given);
    const allowed = await files.thoseInside(photos.map(({ real }) => real));
    return {
      photos: photos.filter(({ input, real }) => named.has(input) || allowed.has(real)),
      missing,
    };
  }

  private async describe(
    signal: AbortSignal,
    { photos, missing }: Awaited<ReturnType<typeof findPhotos>>,
  ): Promise<FoundPhotos> {
    return {
      count: photos.length,
      bytes: photos.reduce((sum, { bytes }) => sum + bytes, 0),
      missing: missing.map(({ input, error }) => ({
        name: basename(input),
        error: error.toData(),
      })),
      example: await firstExample(signal, photos),
      homeless: photos.some(({ input }) => this.parts.isPrivate(input)),
    };
  }

  private async settingsOf(
    { folder, plugin, ...others }: BatchRequest,
    { photos }: { readonly photos: readonly NewPhoto[] },
  ): Promise<BatchSettings> {
    if (photos.length === 0) {
      throw new UnsmearError('file-missing', { reason: 'nothing-to-restore' });
    }
    if (folder === null && photos.some(({ input }) => this.parts.isPrivate(input))) {
      throw new UnsmearError('folder-needed');
    }
    const { manifest } = await this.parts.plugins.find(plugin);
    const into = folder === null ? null : await this.parts.files.resolveFolder(folder);
    return BatchSettings.parse({ ...others, folder: into, model: manifest.id });
  }

  private async row(id: BatchId): Promise<BatchRow> {
    const { journal, queue } = this.open();
    const { created, settings } = journal.batch(id);
    const { folder, model } = settings;
    return {
      ...{ batch: id, created, model },
      state: queue.state(id),
      error: queue.problem(id),
      folder: folder === null ? null : { name: basename(folder), file: await this.refOf(folder) },
      progress: journal.progress(id),
      current: queue.current(id),
    };
  }

  private async photoRow({ input, output, ...photo }: BatchPhoto): Promise<BatchPhotoRow> {
    const file = photo.state === 'done' && output !== null ? await this.refOf(output) : null;
    return {
      ...photo,
      name: basename(input),
      file: await this.refOf(input),
      result: file === null ? null : { name: basename(output!), file },
    };
  }

  /** Returns a reference to a file of the batch; `null` if it does not exist. */
  private async refOf(path: string): Promise<FileRef | null> {
    return (await stat(path).catch(() => null)) && (await this.parts.files.admit(path)).ref;
  }
}

function greySquare(): Promise<Picture> {
  return encodePlain({ width: 1, height: 1, channels: 1, data: Uint8Array.of(128) });
}

async function firstExample(
  signal: AbortSignal,
  photos: readonly NewPhoto[],
): Promise<ExamplePhoto | null> {
  for (const { input, within, modified } of photos.slice(0, EXAMPLES_TRIED)) {
    throwIfAborted(signal);
    const photo = await openPhoto(input).catch(() => null);
    if (photo === null) continue;
    const { name, width, height, format, header } = photo;
    return {
      ...{ name, within, width, height, format },
      bits: header.depth === 'ushort' ? 16 : 8,
      taken: localText(takenAt(exifOf(photo)) ?? new Date(modified)),
    };
  }
  return null;
}

function elsewhere(): UnsmearError {
  return new UnsmearError('batch-busy', { reason: 'elsewhere' });
}
