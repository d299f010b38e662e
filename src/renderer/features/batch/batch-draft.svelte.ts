/** Settings of a batch that is being set up: photos, restoration and output. */
import type { BatchRow, ExamplePhoto, FoundPhotos } from '../../../shared/protocol/batches.js';
import type { FileEntry } from '../../../shared/protocol/calls.js';
import type { BatchOrder } from '../../../shared/contracts/batch.js';
import { toErrorData, type ErrorData } from '../../../shared/core/errors.js';
import { tellsPhotosApart } from '../../../shared/contracts/naming-template.js';
import type { Settings } from '../../../shared/contracts/settings.js';
import { BLURRED_FROM } from '../../../shared/contracts/triage.js';
import type { Api } from '../../host/api.js';
import {
  dateOf,
  hasDepth,
  hasQuality,
  planExport,
  type ExportChoice,
  type ExportPlan,
} from '../export/export-plan.js';
import { Loadable } from '../../host/loadable.svelte.js';

/** Example for names until photos are chosen. */
const EXAMPLE: ExamplePhoto = {
  ...{ name: 'IMG_0001.jpg', within: '', width: 6000, height: 4000, format: 'jpeg', bits: 8 },
  taken: '2026-01-09T07:05:03',
};

/** Why the batch cannot start yet. */
export type DraftProblem = 'no-photos' | 'searching' | 'no-folder' | 'name' | 'names-alike';

export class BatchDraft {
  inputs = $state.raw<readonly FileEntry[]>([]);
  recursive = $state(true);
  order = $state<BatchOrder>('name');
  /** `null` = the default plug-in. */
  plugin = $state<string | null>(null);
  strength = $state(1);
  /** File name of the mask beside a photo; `null` = no masks. */
  masks = $state<string | null>('{stem}.mask.png');
  sidecars = $state(true);
  /** Skips photos that look sharp. */
  onlyBlurred = $state(false);
  /** Output folder; `null` = beside each photo. */
  folder = $state.raw<FileEntry | null>(null);
  keepFolders = $state(true);
  /** Output settings that differ from the last used ones. */
  own = $state.raw<Partial<ExportChoice>>({});
  starting = $state(false);
  error = $state.raw<ErrorData | null>(null);
  readonly found: Loadable<FoundPhotos>;
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
    this.found = new Loadable((signal) => api.call(signal, 'findBatch', this.#photos()));
  }

  /** Adds files and folders that are not in the list yet. */
  add(entries: readonly FileEntry[]): void {
    const isNew = ({ ref }: FileEntry): boolean => this.inputs.every((known) => known.ref !== ref);
    this.inputs = [...this.inputs, ...entries.filter(isNew)];
    this.findPhotos();
  }

  remove(entry: FileEntry): void {
    this.inputs = this.inputs.filter((other) => other !== entry);
    this.findPhotos();
  }

  /** Sets the output folder; `null` = beside each photo. */
  setFolder(folder: FileEntry | null): void {
    this.folder = folder;
    this.findPhotos();
  }

  /** Counts the photos that the batch would contain now. */
  findPhotos(): void {
    if (this.inputs.length > 0) void this.found.load();
  }

  choice({ namingTemplate, format, quality, depth, metadata, onExist }: Settings): ExportChoice {
    return { namingTemplate, format, quality, depth, metadata, onExist, ...this.own };
  }

  choose(changes: Partial<ExportChoice>): void {
    this.own = { ...this.own, ...changes };
  }

  /** Plans the output of the first photo; `model` is the plug-in's id. */
  plan(choice: ExportChoice, model: string): ExportPlan {
    const example = this.found.value?.example ?? EXAMPLE;
    const { namingTemplate, format } = choice;
    const { strength } = this;
    // Collisions with existing files are only known when the file is written.
    return planExport(example, { ...choice, namingTemplate, format, onExist: 'rename' }, 'own', {
      ...{ model, strength, counter: 1, date: dateOf(example) },
    });
  }

  /** Subfolder of the example below the output folder. */
  get subfolder(): string {
    const within = this.found.value?.example?.within ?? '';
    return this.folder !== null && this.keepFolders ? within : '';
  }

  problem(plan: ExportPlan, { namingTemplate }: ExportChoice): DraftProblem | null {
    const { phase, value } = this.found;
    if (this.inputs.length === 0) return 'no-photos';
    if (phase === 'loading') return 'searching';
    if (value === null || value.count === 0) return 'no-photos';
    if (value.homeless && this.folder === null) return 'no-folder';
    if (plan.name === null) return 'name';
    return tellsPhotosApart(namingTemplate) ? null : 'names-alike';
  }

  /** Starts the batch; resolves with `null` and sets `error` if it cannot start. */
  async start(choice: ExportChoice, settings: Settings): Promise<BatchRow | null> {
    if (this.starting) return null;
    this.starting = true;
    this.error = null;
    const { namingTemplate: template, format, quality, depth, metadata, onExist } = choice;
    const { plugin, strength, masks, sidecars, keepFolders, folder } = this;
    const { provider, tile, workAt, selfEnsemble, skip } = settings;
    const onlyBlurred = this.onlyBlurred ? BLURRED_FROM : null;
    try {
      const batch = await this.#api.call(new AbortController().signal, 'startBatch', {
        photos: this.#photos(),
        settings: {
          ...{ template, format, metadata, onExist, masks, sidecars, keepFolders },
          ...{ plugin, strength, provider, tile, workAt, selfEnsemble, skip, onlyBlurred },
          quality: format === null || hasQuality(format) ? quality : null,
          depth: format === null || hasDepth(format) ? depth : null,
          folder: folder?.ref ?? null,
        },
      });
      this.inputs = [];
      this.found.value = null;
      return batch;
    } catch (error) {
      this.error = toErrorData(error);
      return null;
    } finally {
      this.starting = false;
    }
  }

  #photos() {
    const { inputs, recursive, order, masks, folder } = this;
    const except = folder?.ref ?? null;
    return { inputs: inputs.map(({ ref }) => ref), recursive, order, masks, except };
  }
}
