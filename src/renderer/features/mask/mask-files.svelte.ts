/** Loading and saving of the mask as a picture, with progress and errors. */
import * as m from '#texts/messages.js';
import { errorText, type ErrorData } from '../../../shared/core/errors.js';
import type { FileTrouble } from './worker/file-protocol.js';
import { loadMask, MaskFileError, saveMask } from './worker/files.js';
import { LatestRequest } from '../../host/latest-request.js';
import type { PhotoState } from '../../editor/photo.svelte.js';

/** Time for the browser to start a download before its bytes are freed. */
const DOWNLOAD_MS = 60_000;

export class MaskFiles {
  loading = $state(false);
  /** Saved share 0..1; `null` if no save is running. */
  saving = $state<number | null>(null);
  notice = $state<string | null>(null);
  error = $state.raw<ErrorData | null>(null);
  readonly #latest = new LatestRequest();

  /** Replaces the mask by a picture, as one step of history. */
  async load(photo: PhotoState, file: File): Promise<void> {
    this.cancel();
    this.loading = true;
    await this.#do(file.name, async (signal) => {
      const { grid, size } = await loadMask(signal, file, photo.info);
      const bitmap = { kind: 'bitmap', mode: 'add', map: grid } as const;
      photo.setRegions({ operations: [bitmap] }, 'region.bitmap');
      const { width, height } = photo.info;
      if (size.width === width && size.height === height) return;
      const own = `${size.width} × ${size.height}`;
      this.notice = m.mask_stretched({ own, photo: `${width} × ${height}` });
    });
    // A newer request ends by itself.
    if (!this.#latest.busy) this.loading = false;
  }

  /** Offers the mask for download as `<name>.mask.png`. */
  async save(photo: PhotoState): Promise<void> {
    this.cancel();
    this.saving = 0;
    const name = `${photo.info.name.replace(/\.[^.]+$/, '')}.mask.png`;
    await this.#do(name, async (signal) => {
      const progress = (done: number): void => void (this.saving = done);
      offer(await saveMask(signal, photo.regions, photo.info, progress), name);
    });
    if (!this.#latest.busy) this.saving = null;
  }

  cancel(): void {
    this.#latest.cancel();
    this.loading = false;
    this.saving = null;
    this.notice = null;
    this.error = null;
  }

  async #do(name: string, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    try {
      await this.#latest.run(work);
    } catch (error) {
      const trouble = error instanceof MaskFileError ? error.trouble : 'failed';
      this.error = errorOf(trouble, name, error);
    }
  }
}

function errorOf(trouble: FileTrouble, name: string, error: unknown): ErrorData {
  const cause = errorText(error);
  switch (trouble) {
    case 'unreadable':
    case 'black':
      return { code: 'mask-invalid', params: { reason: trouble, name }, cause };
    case 'failed':
      return { code: 'internal', params: { reason: 'mask-file', name }, cause };
  }
}

function offer(file: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), DOWNLOAD_MS);
}
