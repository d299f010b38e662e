/** Export of one photo: its choices, progress and result. */
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
  /** Progress 0..1; `null` before the first report. */
  done = $state<number | null>(null);
  report = $state.raw<ExportReport | null>(null);
  error = $state.raw<ErrorData | null>(null);
  /** Choices for this photo that differ from the last used ones. */
  own = $state.raw<Partial<ExportChoice>>({});
  /** Name of the file being written or written last. */
  name = $state('');
  /** Destination of the file. */
  place = $state.raw<ExportPlace>('own');
  /** The browser has started the one-time download. */
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

  /** Exports the photo; resolves with whether it was written. */
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

  /** Returns to the form. */
  again(): void {
    this.phase = 'form';
    this.error = null;
  }
}
