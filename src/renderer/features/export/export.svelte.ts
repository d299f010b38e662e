/** Exporting one photo: what was chosen for it, and what became of it. */
import type { CallInput, ExportReport } from '../../../shared/protocol/calls.js';
import { toErrorData, type ErrorData } from '../../../shared/core/errors.js';
import type { Settings } from '../../../shared/contracts/settings.js';
import type { PhotoState } from '../../editor/photo.svelte.js';
import type { Api } from '../../host/api.js';
import type { ExportChoice, ExportPlace } from './export-plan.js';
import { LatestRequest } from '../../host/latest-request.js';

export type ExportJob = Omit<CallInput<'exportPhoto'>, 'photo'>;

export class ExportState {
  phase = $state<'form' | 'running' | 'done' | 'failed'>('form');
  /** 0..1; null: not told yet. */
  done = $state<number | null>(null);
  report = $state.raw<ExportReport | null>(null);
  error = $state.raw<ErrorData | null>(null);
  /** What was chosen for this photo and differs from what was used last. */
  own = $state.raw<Partial<ExportChoice>>({});
  /** What is, or was last, written. */
  name = $state('');
  /** Where it was written. */
  place = $state.raw<ExportPlace>('own');
  /** The browser was given the download, which there is once. */
  fetched = $state(false);
  readonly #latest = new LatestRequest();
  readonly #api: Api;
  readonly #photo: PhotoState;

  constructor(api: Api, photo: PhotoState) {
    this.#api = api;
    this.#photo = photo;
    photo.signal.addEventListener('abort', () => this.cancel(), { once: true });
  }

  choice({ namingTemplate, format, quality, depth, metadata, onExist }: Settings): ExportChoice {
    return { namingTemplate, format, quality, depth, metadata, onExist, ...this.own };
  }

  choose(changes: Partial<ExportChoice>): void {
    this.own = { ...this.own, ...changes };
  }

  /** Tells whether the photo was written. */
  async run(job: ExportJob, place: ExportPlace): Promise<boolean> {
    this.phase = 'running';
    this.done = null;
    this.error = null;
    this.fetched = false;
    this.name = job.output.name;
    this.place = place;
    try {
      const report = await this.#latest.run((signal) =>
        this.#api.call(signal, 'exportPhoto', { photo: this.#photo.info.photo, ...job }),
      );
      if (report === undefined) return false;
      this.report = report;
      this.phase = 'done';
      this.#photo.exported(job);
      return true;
    } catch (error) {
      this.error = toErrorData(error);
      this.phase = this.error.code === 'cancelled' ? 'form' : 'failed';
      return false;
    }
  }

  progress(done: number): void {
    this.done = Math.max(this.done ?? 0, done);
  }

  cancel(): void {
    this.#latest.cancel();
    if (this.phase === 'running') this.phase = 'form';
  }

  /** Back to the form. */
  again(): void {
    this.phase = 'form';
    this.error = null;
  }
}
