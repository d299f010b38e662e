/** The result of one photo: asked for, heard of, stopped, and begun anew when what it depends on changes. */
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

/** Changes within this time begin the work anew once. */
const SETTLE_MS = 400;

export class ResultRun {
  model = $state.raw<ResultModel>(IDLE);
  stopping = $state(false);
  readonly comparison = new Comparison();
  /** The size of tiles that "auto" has taken last; null: it is not known. */
  automatic = $state<number | null>(null);
  /** The settings of the result that is shown. */
  #ranWith = $state.raw<ResultSettings | null>(null);
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- read while drawing; the model tells when
  readonly #versions = new Map<ResultId, Versions>();
  readonly #latest = new LatestRequest();
  readonly #api: Api;
  readonly #photo: PhotoId;
  readonly #settings: () => ResultSettings;
  /** What was heard before the host's answer told which result it belongs to. */
  #early: { result: ResultId; event: ResultEvent }[] = [];
  #again: ReturnType<typeof setTimeout> | undefined;

  /** `settings`: those that are wished for now. */
  constructor(api: Api, photo: PhotoId, settings: () => ResultSettings) {
    this.#api = api;
    this.#photo = photo;
    this.#settings = settings;
  }

  get busy(): boolean {
    return isBusy(this.model);
  }

  /** Something of a result can be compared with the original. */
  get visible(): boolean {
    return isVisible(this.model);
  }

  /** The result that is shown belongs to other settings than those that are set. */
  get stale(): boolean {
    return this.#ranWith !== null && !same(this.#ranWith, this.#settings());
  }

  /** The versions of the result's tiles; null: there is no result. */
  get versions(): Versions | null {
    return this.model.result === null ? null : this.versionsOf(this.model.result);
  }

  /** Of any result of this session; null: it is not known. */
  versionsOf(result: ResultId): Versions | null {
    return this.#versions.get(result) ?? null;
  }

  /** Begins or continues the result of the present settings; abandons what was under way. */
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

  /** Shows the result of the present settings where all of it is there from an earlier run: computes nothing. */
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
      // Nobody asked for it; restoring tells what is wrong.
    }
  }

  /** Something happened to a result of this photo. */
  handle(result: ResultId, event: ResultEvent): void {
    if (this.#latest.busy) this.#early.push({ result, event });
    else if (result === this.model.result) this.#apply(event);
  }

  /** Stops within a tile; what is finished stays. */
  async stop(): Promise<void> {
    clearTimeout(this.#again);
    if (!this.busy) return;
    this.stopping = true;
    const asked = this.#latest.busy;
    this.#latest.cancel();
    try {
      await this.#api.call(new AbortController().signal, 'stopResult', { photo: this.#photo });
      // A request that was not answered yet has no result whose events could tell that it ended.
      if (asked) this.model = happened(this.model, { type: 'stopped' });
    } catch (error) {
      this.model = refused(this.model, error);
    }
    if (!isBusy(this.model)) this.stopping = false;
  }

  /** Where the user looks is worked on first. */
  setViewport(view: Rect): void {
    if (this.model.phase !== 'running') return;
    const signal = new AbortController().signal;
    // A hint about the order: when it is lost, nothing is.
    this.#api.call(signal, 'lookAt', { photo: this.#photo, view }).catch(() => undefined);
  }

  /** Work under way for settings that changed is of no use: it begins anew. A result that was made before is shown again. */
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
    // After a lack of memory it is smaller than it was at first.
    if (event.type === 'loaded' && this.#ranWith) this.#noteTile(event.tile, this.#ranWith);
    this.model = happened(this.model, event);
    if (!this.busy) this.stopping = false;
  }
}

function same(one: ResultSettings, other: ResultSettings): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
