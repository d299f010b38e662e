/** A batch that is being put together: which photos, what is done to them, where the results go. */
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

/** What stands for a photo's name before there is one. */
const STAND_IN: ExamplePhoto = {
  ...{ name: 'IMG_0001.jpg', within: '', width: 6000, height: 4000, format: 'jpeg', bits: 8 },
  taken: '2026-01-09T07:05:03',
};

/** Why it cannot begin yet. */
export type DraftProblem = 'no-photos' | 'looking' | 'homeless' | 'name' | 'names-alike';

export class BatchDraft {
  inputs = $state.raw<readonly FileEntry[]>([]);
  recursive = $state(true);
  order = $state<BatchOrder>('name');
  /** null: the default plug-in. */
  plugin = $state<string | null>(null);
  strength = $state(1);
  /** How a photo's mask beside it is called; null: no masks. */
  masks = $state<string | null>('{stem}.mask.png');
  sidecars = $state(true);
  /** Photos that look sharp are left alone. */
  onlyBlurred = $state(false);
  /** null: each result beside its photo. */
  folder = $state.raw<FileEntry | null>(null);
  keepFolders = $state(true);
  /** What differs from what was used last. */
  own = $state.raw<Partial<ExportChoice>>({});
  starting = $state(false);
  error = $state.raw<ErrorData | null>(null);
  readonly found: Loadable<FoundPhotos>;
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
    this.found = new Loadable((signal) => api.call(signal, 'findBatch', this.#photos()));
  }

  /** What is there already is not added again. */
  add(entries: readonly FileEntry[]): void {
    const isNew = ({ ref }: FileEntry): boolean => this.inputs.every((known) => known.ref !== ref);
    this.inputs = [...this.inputs, ...entries.filter(isNew)];
    this.look();
  }

  remove(entry: FileEntry): void {
    this.inputs = this.inputs.filter((other) => other !== entry);
    this.look();
  }

  /** null: each result beside its photo. */
  into(folder: FileEntry | null): void {
    this.folder = folder;
    this.look();
  }

  /** Looks what is there now. */
  look(): void {
    if (this.inputs.length > 0) void this.found.load();
  }

  choice({ namingTemplate, format, quality, depth, metadata, onExist }: Settings): ExportChoice {
    return { namingTemplate, format, quality, depth, metadata, onExist, ...this.own };
  }

  choose(changes: Partial<ExportChoice>): void {
    this.own = { ...this.own, ...changes };
  }

  /** What the first of the photos would become; `model`: the id of the plug-in. */
  plan(choice: ExportChoice, model: string): ExportPlan {
    const example = this.found.value?.example ?? STAND_IN;
    const { namingTemplate, format } = choice;
    const { strength } = this;
    // Whether a name is that of another file is known when it is written.
    return planExport(example, { ...choice, namingTemplate, format, onExist: 'rename' }, 'own', {
      ...{ model, strength, counter: 1, date: dateOf(example) },
    });
  }

  /** Where the example goes below the folder of results. */
  get subfolder(): string {
    const within = this.found.value?.example?.within ?? '';
    return this.folder !== null && this.keepFolders ? within : '';
  }

  problem(plan: ExportPlan, { namingTemplate }: ExportChoice): DraftProblem | null {
    const { phase, value } = this.found;
    if (this.inputs.length === 0) return 'no-photos';
    if (phase === 'loading') return 'looking';
    if (value === null || value.count === 0) return 'no-photos';
    if (value.homeless && this.folder === null) return 'homeless';
    if (plan.name === null) return 'name';
    return tellsPhotosApart(namingTemplate) ? null : 'names-alike';
  }

  /** null: it could not begin, see `error`. */
  async start(choice: ExportChoice, settings: Settings): Promise<BatchRow | null> {
    if (this.starting) return null;
    this.starting = true;
    this.error = null;
    const { namingTemplate: template, format, quality, depth, metadata, onExist } = choice;
    const { plugin, strength, masks, sidecars, keepFolders, folder } = this;
    const { provider, tile, selfEnsemble, skip } = settings;
    const onlyBlurred = this.onlyBlurred ? BLURRED_FROM : null;
    try {
      const batch = await this.#api.call(new AbortController().signal, 'startBatch', {
        photos: this.#photos(),
        settings: {
          ...{ template, format, metadata, onExist, masks, sidecars, keepFolders },
          ...{ plugin, strength, provider, tile, selfEnsemble, skip, onlyBlurred },
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
