/**
 * Requests the result of one photo, follows its events, stops it, and restarts it when its settings
 * change.
 */
import type { ResultSettings, StartedResult } from '../../../shared/protocol/calls.js';
import type { ResultEvent } from '../../../shared/protocol/events.js';
import type { PhotoId, ResultId } from '../../../shared/protocol/ids.js';
import type { Rect } from '../../../shared/contracts/restore.js';
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

/** Changes within this time cause one restart. */
const SETTLE_MS = 400;

export class ResultRun {
  model = $state.raw<ResultModel>(IDLE);
  stopping = $state(false);
  readonly comparison = new Comparison();
  /** Tile size that "auto" chose last; `null` if unknown. */
  automatic = $state<number | null>(null);
  /** Settings of the shown result. */
  #ranWith = $state.raw<ResultSettings | null>(null);
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- read while drawing; the model tells when
  readonly #versions = new Map<ResultId, Versions>();
  readonly #latest = new LatestRequest();
  readonly #api: Api;
  readonly #photo: PhotoId;
  readonly #settings: () => ResultSettings;
  /** Events that arrived before the host's answer said which result they belong to. */
  #early: { result: ResultId; event: ResultEvent }[] = [];
  #again: ReturnType<typeof setTimeout> | undefined;

  /** `settings`: returns the current settings. */
  constructor(api: Api, photo: PhotoId, settings: () => ResultSettings) {
    this.#api = api;
    this.#photo = photo;
    this.#settings = settings;
  }

  get busy(): boolean {
    return isBusy(this.model);
  }

  /** Part of a result can be compared with the original. */
  get visible(): boolean {
    return isVisible(this.model);
  }

  /** The shown result belongs to other settings than the current ones. */
  get stale(): boolean {
    return this.#ranWith !== null && !same(this.#ranWith, this.#settings());
  }

  /** Tile versions of the current result; `null` without a result. */
  get versions(): Versions | null {
    return this.model.result === null ? null : this.versionsOf(this.model.result);
  }

  /** Returns the tile versions of a result of this session, or `null`. */
  versionsOf(result: ResultId): Versions | null {
    return this.#versions.get(result) ?? null;
  }

  /** Starts or continues the result of the current settings; replaces a running one. */
  async start(view: Rect | null): Promise<void> {
    clearTimeout(this.#again);
    const settings = this.#settings();
    this.#early = [];
    this.stopping = false;
    this.model = requested(this.model);
    try {
      const input = { photo: this.#photo, settings, view };
      const answer = await this.#latest.run((signal) =>
        this.#api.call(signal, 'startResult', input),
      );
      if (answer === undefined) return;
      this.#show(answer, settings);
      const early = this.#early.filter(({ result }) => result === answer.result);
      this.#early = [];
      for (const { event } of early) this.#apply(event);
    } catch (error) {
      this.model = refused(this.model, error);
    }
  }

  /** Shows the result of the current settings if an earlier run completed it; computes nothing. */
  async showComplete(): Promise<void> {
    if (this.busy) return;
    const settings = this.#settings();
    const input = { photo: this.#photo, settings, view: null, begin: false };
    try {
      const answer = await this.#latest.run((signal) =>
        this.#api.call(signal, 'startResult', input),
      );
      if (answer === undefined) return;
      if (answer.complete) this.#show(answer, settings);
      else this.#noteTile(answer.tile, settings);
    } catch {
      // The user did not ask for it; restoring will report the error.
    }
  }

  /** Handles an event of any result of this photo. */
  handle(result: ResultId, event: ResultEvent): void {
    if (this.#latest.busy) this.#early.push({ result, event });
    else if (result === this.model.result) this.#apply(event);
  }

  /** Stops within one tile; finished tiles stay. */
  async stop(): Promise<void> {
    clearTimeout(this.#again);
    if (!this.busy) return;
    this.stopping = true;
    const asked = this.#latest.busy;
    this.#latest.cancel();
    try {
      await this.#api.call(new AbortController().signal, 'stopResult', { photo: this.#photo });
      // A request without an answer has no result whose events could report the stop.
      if (asked) this.model = happened(this.model, { type: 'stopped' });
    } catch (error) {
      this.model = refused(this.model, error);
    }
    if (!isBusy(this.model)) this.stopping = false;
  }

  /** Gives the visible tiles priority. */
  setViewport(view: Rect): void {
    if (this.model.phase !== 'running') return;
    const signal = new AbortController().signal;
    // Only affects the order, so a failure can be ignored.
    this.#api.call(signal, 'lookAt', { photo: this.#photo, view }).catch(() => undefined);
  }

  /**
   * Restarts a running restoration with the new settings; otherwise shows an earlier result of
   * these settings.
   */
  settingsChanged(): void {
    clearTimeout(this.#again);
    if (!this.stale) return;
    this.#again = setTimeout(() => {
      void (this.busy ? this.start(null) : this.showComplete());
    }, SETTLE_MS);
  }

  dispose(): void {
    clearTimeout(this.#again);
    this.#latest.cancel();
  }

  #show(answer: StartedResult, settings: ResultSettings): void {
    this.#ranWith = settings;
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
    // After running out of memory, tiles are smaller than at the start.
    if (event.type === 'loaded' && this.#ranWith) this.#noteTile(event.tile, this.#ranWith);
    this.model = happened(this.model, event);
    if (!this.busy) this.stopping = false;
  }
}

function same(one: ResultSettings, other: ResultSettings): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
