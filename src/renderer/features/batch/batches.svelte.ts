/** All batches of the host, the one that is shown, and the one that is being set up. */
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
  /** Photos of the shown batch; `null` = the draft is shown. */
  photos = $state.raw<BatchPhotos | null>(null);
  /** Why the host refused the last action. */
  error = $state.raw<ErrorData | null>(null);
  readonly draft: BatchDraft;
  readonly loaded: Loadable<readonly BatchRow[]>;
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
    this.draft = new BatchDraft(api);
    this.loaded = new Loadable((signal) => api.call(signal, 'batches', {}));
  }

  /** Batch that is shown; `null` = the draft. */
  get shown(): BatchRow | null {
    return this.list.find(({ batch }) => batch === this.photos?.batch) ?? null;
  }

  get running(): BatchRow | null {
    return this.#first('running');
  }

  async load(): Promise<void> {
    await this.loaded.load();
    if (this.loaded.value !== null) this.list = this.loaded.value;
    // After an interruption, also reloads photos whose events were missed.
    void this.photos?.load();
  }

  /** Shows a batch that is running or waits for the user, unless a draft was begun. */
  offer(): void {
    if (this.photos !== null || this.draft.inputs.length > 0) return;
    const active = this.running ?? this.#first('stopped') ?? this.#first('paused');
    if (active !== null) this.show(active.batch);
  }

  /** Shows a batch; `null` = the draft. */
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

  /** Starts the draft and shows it; resolves with whether it started. */
  async start(...args: Parameters<BatchDraft['start']>): Promise<boolean> {
    const row = await this.draft.start(...args);
    if (row === null) return false;
    this.#put(row);
    this.show(row.batch);
    return true;
  }

  /** Runs an action on a batch; a refusal is stored in `error`. */
  async act(call: OneBatchCall, batch: BatchId): Promise<void> {
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

  /** Resolves with the one-time path of the report; `null` if it failed, see `error`. */
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
