/**
 * The mask of the current photo as it is seen: its pixels, also while something is drawn or tried out, and how it is laid
 * over the photo. The document itself belongs to the photo.
 */
import { createContext } from 'svelte';
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

/** How long the view has to rest before its mask is computed finely. */
export const REST_MS = 120;

interface Shown {
  readonly photo: PhotoState;
  readonly coverage: Coverage;
  /** Share of the photo. */
  readonly share: number;
}

interface MaskSurroundings {
  readonly photo: PhotoState | null;
  readonly view: ViewState;
}

export class MaskState {
  /** What is being drawn: shown as though it were there already. */
  drawn = $state.raw<RegionOperation | null>(null);
  /** A document that is tried out with a slider. */
  tried = $state.raw<RegionDocument | null>(null);
  /** The operation whose outline is shown. */
  selected = $state.raw<RegionOperation | null>(null);
  /** Why the mask cannot be shown. */
  failed = $state<string | null>(null);
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

  /** Every operation that counts now; empty: no mask, everywhere. */
  readonly operations: readonly RegionOperation[] = $derived.by(() => {
    const { photo } = this.#app;
    if (photo === null) return [];
    const document = this.tried ?? photo.regions;
    const operations = effectiveOperations(document);
    return this.drawn === null ? operations : [...operations, this.drawn];
  });

  /** The mask's pixels; null: everywhere, or not there yet. */
  get coverage(): Coverage | null {
    return this.#current?.coverage ?? null;
  }

  /** How much of the photo is restored, 0..1; null: not known yet. */
  get share(): number | null {
    return this.operations.length === 0 ? 1 : (this.#current?.share ?? null);
  }

  /** Asks for the pixels of what is to be seen: for an effect, which runs again when something of it changes. */
  follow(): void {
    const { photo } = this.#app;
    if (photo === null || this.operations.length === 0) {
      // The next mask must not begin with a glimpse of this one.
      this.#shown = null;
      return;
    }
    this.#client ??= new MaskClient(this.#start(), {
      changed: (query, updates, share) => this.#take(query, updates, share),
      failed: (message) => (this.failed = message),
    });
    const views = { base: baseView(photo.info), detail: this.#detail };
    this.#client.show({ owner: photo, photo: photo.info, operations: this.operations, views });
  }

  /** The view has come to rest: its part is computed as fine as it is seen. */
  rest(): void {
    const { photo, view } = this.#app;
    if (photo === null || view.visible === null) return;
    this.#detail = detailView(photo.info, view.visible, view.viewport.scale, this.#detail);
  }

  /** Another photo: nothing that was begun belongs to it. */
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
