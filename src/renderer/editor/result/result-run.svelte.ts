/**
 * The result of one photo: starts, follows and stops its run, and restarts it when its edit
 * changes.
 */
import type { ResultSettings, StartedResult } from '../../../shared/protocol/calls.js';
import type { ResultEvent } from '../../../shared/protocol/events.js';
import type { PhotoId, ResultId } from '../../../shared/protocol/ids.js';
import type { Rect } from '../../../shared/contracts/restore.js';
import type { RegionDocument } from '../../../shared/regions/index.js';
import type { Api } from '../../host/api.js';
import { Versions } from '../../canvas/pyramid.js';
import { Comparison } from './comparison.svelte.js';
import { LatestRequest } from '../../host/latest-request.js';
import {
  happened,
  IDLE,
  isBusy,
  isVisible,
  refused,
  requested,
  started,
  type ResultModel,
} from './result-machine.js';

/** Milliseconds without a change before the run restarts. */
const SETTLE_MS = 400;

/** The current edit, as far as results depend on it. */
export interface RunEdit {
  readonly settings: () => ResultSettings;
  readonly regions: () => RegionDocument;
}

export class ResultRun {
  model = $state.raw<ResultModel>(IDLE);
  stopping = $state(false);
  readonly comparison = new Comparison();
  /** Tile side in pixels that "auto" resulted in; `null` until known. */
  automatic = $state<number | null>(null);
  /** Settings and regions of the result that is shown. */
  #ranWith = $state.raw<ResultSettings | null>(null);
  #regions: RegionDocument | null = null;
  /** Last viewport in photo pixels. */
  #view: Rect | null = null;
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- read while drawing
  readonly #versions = new Map<ResultId, Versions>();
  readonly #latest = new LatestRequest();
  readonly #api: Api;
  readonly #photo: PhotoId;
  readonly #edit: RunEdit;
  /** Events that arrived before the host's answer named their result. */
  #early: { result: ResultId; event: ResultEvent }[] = [];
  #again: ReturnType<typeof setTimeout> | undefined;

  constructor(api: Api, photo: PhotoId, edit: RunEdit) {
    this.#api = api;
    this.#photo = photo;
    this.#edit = edit;
  }

  get busy(): boolean {
    return isBusy(this.model);
  }

  /** Whether any part of a result can be compared with the original. */
  get visible(): boolean {
    return isVisible(this.model);
  }

  /** Whether the displayed result was made with other settings than the current ones. */
  get stale(): boolean {
    return this.#ranWith !== null && !same(this.#ranWith, this.#edit.settings());
  }

  /** Versions of the result's tiles; `null` without a result. */
  get versions(): Versions | null {
    return this.model.result === null ? null : this.versionsOf(this.model.result);
  }

  /** Returns the versions of any result of this session; `null` if it is unknown. */
  versionsOf(result: ResultId): Versions | null {
    return this.#versions.get(result) ?? null;
  }

  /** Starts or continues the result of the current edit; stops the run in progress. */
  async start(view: Rect | null): Promise<void> {
    clearTimeout(this.#again);
    const settings = this.#edit.settings();
    const regions = this.#edit.regions();
    this.#early = [];
    this.stopping = false;
    this.model = requested(this.model);
    try {
      const input = { photo: this.#photo, settings, regions, view };
      const answer = await this.#latest.run((signal) =>
        this.#api.call(signal, 'startResult', input),
      );
      if (answer === undefined) return;
      this.#show(answer, settings, regions);
      const early = this.#early.filter(({ result }) => result === answer.result);
      this.#early = [];
      for (const { event } of early) this.#apply(event);
    } catch (error) {
      this.model = refused(this.model, error);
    }
  }

  /** Shows the result of the current edit if an earlier run has completed it; computes nothing. */
  async showComplete(): Promise<void> {
    await this.#find((answer, settings, regions) => {
      if (answer.complete) this.#show(answer, settings, regions);
      else this.#noteTile(answer.tile, settings);
    });
  }

  /** Handles an event of one of this photo's results. */
  handle(result: ResultId, event: ResultEvent): void {
    if (this.#latest.busy) this.#early.push({ result, event });
    else if (result === this.model.result) this.#apply(event);
  }

  /** Stops after the current tile; finished tiles stay. */
  async stop(): Promise<void> {
    clearTimeout(this.#again);
    if (!this.busy) return;
    this.stopping = true;
    const asked = this.#latest.busy;
    this.#latest.cancel();
    try {
      await this.#api.call(new AbortController().signal, 'stopResult', { photo: this.#photo });
      // An unanswered request has no result whose events would report the end.
      if (asked) this.model = happened(this.model, { type: 'stopped' });
    } catch (error) {
      this.model = refused(this.model, error);
    }
    if (!isBusy(this.model)) this.stopping = false;
  }

  /** Makes the tiles in `view` (photo pixels) the next to be computed. */
  setViewport(view: Rect): void {
    this.#view = view;
    if (this.model.phase !== 'running') return;
    const signal = new AbortController().signal;
    // It only changes the order: losing it loses nothing.
    this.#api.call(signal, 'setViewport', { photo: this.#photo, view }).catch(() => undefined);
  }

  /**
   * Restarts a run whose edit has changed. Without a run, shows an earlier result of these
   * settings, or computes what a larger mask adds to a finished one.
   */
  editChanged(): void {
    clearTimeout(this.#again);
    const moved = this.#regions !== null && this.#regions !== this.#edit.regions();
    if (!this.stale && !moved) return;
    this.#again = setTimeout(() => {
      if (this.busy) void this.start(this.#view);
      else void (this.stale ? this.showComplete() : this.#extend());
    }, SETTLE_MS);
  }

  dispose(): void {
    clearTimeout(this.#again);
    this.#latest.cancel();
  }

  /** Computes the tiles that the mask reaches now and did not before. */
  async #extend(): Promise<void> {
    if (this.model.phase !== 'finished') return;
    await this.#find((answer, _, regions) => {
      if (answer.complete) this.#regions = regions;
      else void this.start(this.#view);
    });
  }

  async #find(
    found: (answer: StartedResult, settings: ResultSettings, regions: RegionDocument) => void,
  ): Promise<void> {
    if (this.busy) return;
    const settings = this.#edit.settings();
    const regions = this.#edit.regions();
    const input = { photo: this.#photo, settings, regions };
    try {
      const answer = await this.#latest.run((signal) =>
        this.#api.call(signal, 'findResult', input),
      );
      if (answer !== undefined) found(answer, settings, regions);
    } catch {
      // Not requested by the user; restoring reports what is wrong.
    }
  }

  #show(answer: StartedResult, settings: ResultSettings, regions: RegionDocument): void {
    this.#ranWith = settings;
    this.#regions = regions;
    this.#noteTile(answer.tile, settings);
    if (!this.#versions.has(answer.result)) this.#versions.set(answer.result, new Versions());
    this.#versions.get(answer.result)?.settle(answer.version);
    this.model = started(this.model, answer);
    this.comparison.note({ result: answer.result, settings, stages: answer.stages });
  }

  #noteTile(side: number, { tile }: ResultSettings): void {
    if (tile === 'auto') this.automatic = side;
  }

  #apply(event: ResultEvent): void {
    const versions = this.versions;
    if (event.type === 'stage') versions?.note(event.rect, event.version);
    if (event.type === 'finished') versions?.settle(event.version);
    // Smaller than at first after an out-of-memory.
    if (event.type === 'loaded' && this.#ranWith) this.#noteTile(event.tile, this.#ranWith);
    this.model = happened(this.model, event);
    if (!this.busy) this.stopping = false;
  }
}

function same(one: ResultSettings, other: ResultSettings): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
