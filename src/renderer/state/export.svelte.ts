/** Exporting one photo: the form, and what became of it. */
import type { ExportOptions, ExportReport, OpenedPhoto } from '../../shared/api/calls.js';
import type { FileRef, ResultId } from '../../shared/api/ids.js';
import { toErrorData, type ErrorData } from '../../shared/errors.js';
import type { RegionDocument } from '../../shared/regions/index.js';
import type { MetadataPolicy, OnExist, OutputFormat } from '../../shared/restore.js';
import type { Api } from '../api.js';
import { checkName, defaultFormat, hasQuality, suggestName, withExtension } from './export-name.js';
import { Newest } from './newest.js';

export interface ExportSource {
  readonly result: ResultId;
  readonly stage: number;
  readonly strength: number;
  readonly regions: RegionDocument;
}

export class ExportState {
  phase = $state<'form' | 'running' | 'done' | 'failed'>('form');
  /** 0..1 */
  done = $state(0);
  report = $state.raw<ExportReport | null>(null);
  error = $state.raw<ErrorData | null>(null);

  name = $state('');
  format = $state<OutputFormat>('png');
  quality = $state(92);
  metadata = $state<MetadataPolicy>('all');
  onExist = $state<OnExist>('rename');
  /** null: the photo's own folder, or a download. */
  folder = $state.raw<{ readonly ref: FileRef; readonly name: string } | null>(null);
  readonly #newest = new Newest();
  readonly #api: Api;
  readonly #photo: OpenedPhoto;
  readonly #written: (source: ExportSource) => void;

  /** `written`: told what was exported. */
  constructor(
    api: Api,
    photo: OpenedPhoto,
    written: (source: ExportSource) => void = () => undefined,
  ) {
    this.#api = api;
    this.#photo = photo;
    this.#written = written;
    this.format = defaultFormat(photo.format);
    this.name = suggestName(photo.name, this.format);
  }

  /** What is wrong with the name; null: nothing. */
  get problem(): ReturnType<typeof checkName> {
    return checkName(this.name, this.#photo.name);
  }

  setFormat(format: OutputFormat): void {
    this.format = format;
    this.name = withExtension(this.name, format);
  }

  get output(): ExportOptions {
    return {
      folder: this.folder?.ref ?? null,
      name: this.name.trim(),
      format: this.format,
      quality: hasQuality(this.format) ? this.quality : null,
      metadata: this.metadata,
      onExist: this.onExist,
    };
  }

  async run(source: ExportSource): Promise<void> {
    this.phase = 'running';
    this.done = 0;
    this.error = null;
    const input = { photo: this.#photo.photo, ...source, output: this.output };
    try {
      const report = await this.#newest.run((signal) =>
        this.#api.call(signal, 'exportPhoto', input),
      );
      if (report === undefined) return;
      this.report = report;
      this.phase = 'done';
      this.#written(source);
    } catch (error) {
      this.error = toErrorData(error);
      this.phase = this.error.code === 'cancelled' ? 'form' : 'failed';
    }
  }

  progress(done: number): void {
    this.done = Math.max(this.done, done);
  }

  cancel(): void {
    this.#newest.cancel();
    if (this.phase === 'running') this.phase = 'form';
  }

  /** Back to the form. */
  again(): void {
    this.phase = 'form';
  }
}
