/** Every batch that the host remembers, the one that is looked at, and the one that is being put together. */
import { createContext } from 'svelte';
import type { BatchEvent, BatchId, BatchRow } from '../../../shared/protocol/batches.js';
import type { CallName } from '../../../shared/protocol/calls.js';
import { toErrorData, type ErrorData } from '../../../shared/core/errors.js';
import type { Api } from '../../host/api.js';
import { BatchDraft } from './batch-draft.svelte.js';
import { BatchPhotos } from './batch-photos.svelte.js';
import { Loadable } from '../../host/loadable.svelte.js';

type OneBatchCall = Extract<CallName, 'pauseBatch' | 'resumeBatch' | 'retryBatch' | 'removeBatch'>;

export class Batches {
  /** Newest first. */
  list = $state.raw<readonly BatchRow[]>([]);
  /** The one that is looked at; null: the draft. */
  photos = $state.raw<BatchPhotos | null>(null);
  /** What a button asked for and the host refused. */
  error = $state.raw<ErrorData | null>(null);
  readonly draft: BatchDraft;
  readonly loaded: Loadable<readonly BatchRow[]>;
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
    this.draft = new BatchDraft(api);
    this.loaded = new Loadable((signal) => api.call(signal, 'batches', {}));
  }

  /** The one that is looked at. */
  get shown(): BatchRow | null {
    return this.list.find(({ batch }) => batch === this.photos?.batch) ?? null;
  }

  get running(): BatchRow | null {
    return this.#first('running');
  }

  async load(): Promise<void> {
    await this.loaded.load();
    if (this.loaded.value !== null) this.list = this.loaded.value;
    // Also after an interruption: what was not heard meanwhile.
    void this.photos?.load();
  }

  /** What is worth a look: unless one is being put together, what runs or waits for its user. */
  offer(): void {
    if (this.photos !== null || this.draft.inputs.length > 0) return;
    const active = this.running ?? this.#first('stopped') ?? this.#first('paused');
    if (active !== null) this.show(active.batch);
  }

  /** `null`: the draft. */
  show(batch: BatchId | null): void {
    this.error = null;
    this.photos = batch === null ? null : new BatchPhotos(this.#api, batch);
  }

  handle(event: BatchEvent): void {
    if (event.type === 'batch-removed') {
      this.list = this.list.filter(({ batch }) => batch !== event.batch);
      if (this.photos?.batch === event.batch) this.show(null);
      return;
    }
    this.#put(event.batch);
    if (event.photo !== null && this.photos?.batch === event.batch.batch) {
      this.photos.handle(event.photo);
    }
  }

  /** Begins the draft and shows it. */
  async start(...args: Parameters<BatchDraft['start']>): Promise<boolean> {
    const row = await this.draft.start(...args);
    if (row === null) return false;
    this.#put(row);
    this.show(row.batch);
    return true;
  }

  /** Refusals are kept in `error`. */
  async ask(call: OneBatchCall, batch: BatchId): Promise<void> {
    await this.#attempt(async (signal) => {
      const row = await this.#api.call(signal, call, { batch });
      if (row !== null) this.#put(row);
      if (call === 'retryBatch') void this.photos?.load();
    });
  }

  async removePhoto(batch: BatchId, number: number): Promise<void> {
    await this.#attempt(async (signal) => {
      this.#put(await this.#api.call(signal, 'removeBatchPhotos', { batch, photos: [number] }));
      await this.photos?.load();
    });
  }

  /** Where the report is fetched, once; null: there is none, see `error`. */
  async report(batch: BatchId, format: 'csv' | 'json'): Promise<string | null> {
    let download: string | null = null;
    await this.#attempt(async (signal) => {
      ({ download } = await this.#api.call(signal, 'batchReport', { batch, format }));
    });
    return download;
  }

  async #attempt(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.error = null;
    try {
      await work(new AbortController().signal);
    } catch (error) {
      this.error = toErrorData(error);
    }
  }

  #first(state: BatchRow['state']): BatchRow | null {
    return this.list.find((row) => row.state === state) ?? null;
  }

  #put(row: BatchRow): void {
    const others = this.list.filter(({ batch }) => batch !== row.batch);
    this.list = [row, ...others].sort((a, b) => b.batch - a.batch);
  }
}

export const [useBatches, provideBatches] = createContext<Batches>();
