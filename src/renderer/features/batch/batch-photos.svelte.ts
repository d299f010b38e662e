/** Photos of one batch, loaded page by page and updated by events. */
import type { BatchId, BatchPhotoRow } from '../../../shared/protocol/batches.js';
import { PHOTOS_AT_ONCE } from '../../../shared/protocol/batches.js';
import { toErrorData, type ErrorData } from '../../../shared/core/errors.js';
import type { Api } from '../../host/api.js';
import { LatestRequest } from '../../host/latest-request.js';

export const PHOTO_FILTERS = ['all', 'waiting', 'done', 'failed', 'skipped'] as const;
export type PhotoFilter = (typeof PHOTO_FILTERS)[number];

export class BatchPhotos {
  list = $state.raw<readonly BatchPhotoRow[]>([]);
  /** More photos follow the last loaded one. */
  more = $state(false);
  loading = $state(false);
  error = $state.raw<ErrorData | null>(null);
  filter = $state<PhotoFilter>('all');
  readonly #latest = new LatestRequest();

  constructor(
    private readonly api: Api,
    readonly batch: BatchId,
  ) {
    void this.load();
  }

  show(filter: PhotoFilter): void {
    this.filter = filter;
    void this.load();
  }

  /** Loads the first page. */
  load(): Promise<void> {
    return this.#fetch(0);
  }

  next(): Promise<void> {
    return this.#fetch(this.list.at(-1)?.number ?? 0);
  }

  /** Updates a photo in the list. */
  handle(photo: BatchPhotoRow): void {
    const fits = this.filter === 'all' || this.filter === photo.state;
    const at = this.list.findIndex(({ number }) => number === photo.number);
    if (at >= 0) {
      this.list = fits ? this.list.with(at, photo) : this.list.filter((_, i) => i !== at);
    } else if (fits && !this.more) {
      this.list = [...this.list, photo].sort((a, b) => a.number - b.number);
    }
  }

  async #fetch(after: number): Promise<void> {
    const { batch, filter } = this;
    this.loading = true;
    this.error = null;
    try {
      const only = filter === 'all' ? null : filter;
      const photos = await this.#latest.run((signal) =>
        this.api.call(signal, 'batchPhotos', { batch, after, only }),
      );
      if (photos === undefined) return;
      this.list = after === 0 ? photos : [...this.list, ...photos];
      this.more = photos.length === PHOTOS_AT_ONCE;
    } catch (error) {
      this.error = toErrorData(error);
    }
    this.loading = false;
  }
}
