/** Adjustment of the mask that is previewed and becomes one step of history when applied. */
import { toErrorData, type ErrorData } from '../../../shared/core/errors.js';
import {
  addOperation,
  type GridData,
  type RegionOperation,
} from '../../../shared/regions/index.js';
import type { MaskState } from './mask.svelte.js';
import { fetchMapGrid } from './worker/map-grid.js';
import type { Editor } from '../../editor/editor.svelte.js';
import { LatestRequest } from '../../host/latest-request.js';

export const TRIALS = ['threshold', 'feather', 'grow'] as const;
export type TrialKind = (typeof TRIALS)[number];

interface Range {
  readonly min: number;
  readonly max: number;
  readonly first: number;
}

/** Threshold in percent of white; feather and grow in photo pixels. */
const RANGES: Readonly<Record<TrialKind, Range>> = {
  threshold: { min: 1, max: 100, first: 30 },
  feather: { min: 0, max: 300, first: 20 },
  grow: { min: -200, max: 200, first: 10 },
};

/** Loads a map; replaceable in tests. */
type FetchGrid = (signal: AbortSignal, url: string) => Promise<GridData>;

export class MaskTrial {
  kind = $state<TrialKind | null>(null);
  value = $state(0);
  loading = $state(false);
  error = $state.raw<ErrorData | null>(null);
  #map: GridData | null = null;
  readonly #latest = new LatestRequest();
  readonly #editor: Editor;
  readonly #mask: MaskState;
  readonly #fetch: FetchGrid;

  constructor(editor: Editor, mask: MaskState, fetch: FetchGrid = fetchMapGrid) {
    this.#editor = editor;
    this.#mask = mask;
    this.#fetch = fetch;
  }

  get range(): Range {
    return RANGES[this.kind ?? 'feather'];
  }

  async begin(kind: TrialKind): Promise<void> {
    this.cancel();
    this.kind = kind;
    this.value = RANGES[kind].first;
    if (kind === 'threshold' && !(await this.#load())) return;
    this.#show();
  }

  set(value: number): void {
    if (value === this.value) return;
    this.value = value;
    this.#show();
  }

  keep(): void {
    const operation = this.#operation();
    if (operation !== null) this.#editor.photo?.addRegion(operation);
    this.cancel();
  }

  cancel(): void {
    this.#latest.cancel();
    this.kind = null;
    this.error = null;
    this.loading = false;
    this.#map = null;
    this.#mask.tried = null;
  }

  /** Resolves with false if loading was cancelled or failed. */
  async #load(): Promise<boolean> {
    const { photo, api } = this.#editor;
    const { result = null, version = 0 } = photo?.model ?? {};
    if (photo === null || result === null) return false;
    const map = 'difficulty';
    const url = api.pixelUrl({ kind: 'map', photo: photo.info.photo, result, map, version });
    this.loading = true;
    try {
      const grid = await this.#latest.run((signal) => this.#fetch(signal, url));
      if (grid === undefined) return false;
      this.#map = grid;
      this.loading = false;
      return true;
    } catch (error) {
      this.loading = false;
      this.error = toErrorData(error);
      return false;
    }
  }

  #show(): void {
    const operation = this.#operation();
    const { photo } = this.#editor;
    if (operation !== null && photo !== null)
      this.#mask.tried = addOperation(photo.regions, operation);
  }

  #operation(): RegionOperation | null {
    const { kind, value } = this;
    switch (kind) {
      case 'threshold': {
        const mode = this.#editor.brush.erase ? 'erase' : 'add';
        return this.#map && { kind, mode, map: this.#map, threshold: value / 100 };
      }
      case 'feather':
        return { kind, radius: value };
      case 'grow':
        return { kind, amount: value };
      case null:
        return null;
    }
  }
}
