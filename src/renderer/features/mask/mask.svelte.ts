/**
 * Mask of the current photo as shown: its pixels, including drawings and adjustments in progress.
 * The mask's document belongs to the photo.
 */
import { createContext } from 'svelte';
import type { ErrorData } from '../../../shared/core/errors.js';
import { CoverageSheet } from '../../canvas/coverage-sheet.js';
import type { Coverage } from '../../canvas/layers.js';
import { MaskClient, type MaskPort, type MaskQuery } from './worker/client.js';
import type { MaskUpdate } from './worker/protocol.js';
import { baseView, detailView, sameView } from './worker/views.js';
import {
  effectiveOperations,
  type RegionDocument,
  type RegionOperation,
  type RegionView,
} from '../../../shared/regions/index.js';
import type { PhotoState } from '../../editor/photo.svelte.js';
import type { ViewState } from '../../editor/view.svelte.js';

/** Time without view changes before the visible part is computed in detail. */
export const REST_MS = 120;

interface Shown {
  readonly photo: PhotoState;
  readonly coverage: Coverage;
  /** Masked share of the photo, 0..1. */
  readonly share: number;
}

interface MaskSurroundings {
  readonly photo: PhotoState | null;
  readonly view: ViewState;
}

export class MaskState {
  /** Operation being drawn, shown as if it were added already. */
  drawn = $state.raw<RegionOperation | null>(null);
  /** Document of an unapplied adjustment. */
  tried = $state.raw<RegionDocument | null>(null);
  /** Operation whose outline is shown. */
  selected = $state.raw<RegionOperation | null>(null);
  /** Why the mask cannot be shown. */
  failed = $state.raw<ErrorData | null>(null);
  #shown = $state.raw<Shown | null>(null);
  #detail = $state.raw<RegionView | null>(null);
  #pictures: { base: CoverageSheet | null; detail: CoverageSheet | null } = EMPTY;
  #client: MaskClient<PhotoState> | null = null;
  readonly #app: MaskSurroundings;
  readonly #start: () => MaskPort;

  constructor(app: MaskSurroundings, start: () => MaskPort) {
    this.#app = app;
    this.#start = start;
  }

  /** Effective operations; empty = no mask, the result applies everywhere. */
  readonly operations: readonly RegionOperation[] = $derived.by(() => {
    const { photo } = this.#app;
    if (photo === null) return [];
    const document = this.tried ?? photo.regions;
    const operations = effectiveOperations(document);
    return this.drawn === null ? operations : [...operations, this.drawn];
  });

  /** Pixels of the mask; `null` if there is none or they are not computed yet. */
  get coverage(): Coverage | null {
    return this.#current?.coverage ?? null;
  }

  /** Share of the photo that is restored, 0..1; `null` while unknown. */
  get share(): number | null {
    return this.operations.length === 0 ? 1 : (this.#current?.share ?? null);
  }

  /** Requests the pixels of the current mask and view; call it in an effect. */
  follow(): void {
    const { photo } = this.#app;
    if (photo === null || this.operations.length === 0) {
      // Otherwise the next mask would start with a flash of this one.
      this.#shown = null;
      return;
    }
    this.#client ??= new MaskClient(this.#start(), {
      changed: (query, updates, share) => this.#take(query, updates, share),
      failed: (error) => (this.failed = error),
    });
    const views = { base: baseView(photo.info), detail: this.#detail };
    this.#client.show({ owner: photo, photo: photo.info, operations: this.operations, views });
  }

  /** Requests the visible part at screen resolution, after the view has come to rest. */
  rest(): void {
    const { photo, view } = this.#app;
    if (photo === null || view.visible === null) return;
    this.#detail = detailView(photo.info, view.visible, view.viewport.scale, this.#detail);
  }

  /** Discards drawings and adjustments when the photo changes. */
  reset(): void {
    this.drawn = null;
    this.tried = null;
    this.selected = null;
    this.#detail = null;
  }

  get #current(): Shown | null {
    const shown = this.#shown;
    return shown?.photo === this.#app.photo && this.operations.length > 0 ? shown : null;
  }

  #take(query: MaskQuery<PhotoState>, updates: readonly MaskUpdate[], share: number): void {
    this.failed = null;
    for (const { part, view, rect, coverage } of updates) {
      let picture = this.#pictures[part];
      if (!sameView(picture?.view ?? null, view)) picture = new CoverageSheet(view);
      picture?.write(rect, coverage);
      this.#pictures = { ...this.#pictures, [part]: picture };
    }
    if (query.views.detail === null) this.#pictures = { ...this.#pictures, detail: null };
    const { base, detail } = this.#pictures;
    if (base !== null) this.#shown = { photo: query.owner, coverage: { base, detail }, share };
  }
}

const EMPTY = { base: null, detail: null };

export const [useMask, provideMask] = createContext<MaskState>();
