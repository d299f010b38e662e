/** One open photo: what is wished for it, its result, its hints. */
import type { OpenedPhoto, ResultEvent, ResultSettings } from '../../shared/api/calls.js';
import type { FileRef, ResultId } from '../../shared/api/ids.js';
import type { Rect } from '../../shared/restore.js';
import type { Api } from '../api.js';
import { Versions } from '../canvas/pyramid.js';
import type { Coverage } from '../canvas/layers.js';
import { ExportState } from './export.svelte.js';
import { History } from './history.js';
import { Newest } from './newest.js';
import {
  EVERYWHERE,
  type RegionDocument,
  type RegionOperation,
} from '../../shared/regions/index.js';
import {
  happened,
  IDLE,
  isBusy,
  isVisible,
  refused,
  requested,
  started,
} from './result-machine.js';
import type { ResultModel } from './result-machine.js';

/** "More work here." */
export interface Hint {
  readonly id: number;
  readonly rect: Rect;
  readonly strength: number;
}

/** What a result depends on, hints apart. */
export type Options = Omit<ResultSettings, 'rois'>;

/** What undo brings back. */
interface Edit {
  readonly regions: RegionDocument;
  readonly hints: readonly Hint[];
  readonly strength: number;
  readonly options: Options;
}

const OPTIONS: Options = {
  plugin: null,
  provider: 'auto',
  tile: 'auto',
  selfEnsemble: false,
  skip: true,
};

/** Changes within this time are one change. */
const SETTLE_MS = 400;

export class PhotoState {
  readonly info: OpenedPhoto;
  readonly file: FileRef;
  readonly export: ExportState;
  model = $state.raw<ResultModel>(IDLE);
  options = $state.raw<Options>(OPTIONS);
  hints = $state.raw<readonly Hint[]>([]);
  /** Where the result is blended in, as it was drawn. */
  regions = $state.raw<RegionDocument>(EVERYWHERE);
  strength = $state(1);
  /** The stage that is shown and exported; 0: the latest. */
  stage = $state(0);
  /** The regions as pixels; null: everywhere. */
  coverage = $state.raw<Coverage | null>(null);
  stopping = $state(false);
  /** The settings of the result that is shown. */
  #ranWith = $state.raw<string | null>(null);
  #steps = $state(0);
  readonly #history = new History<Edit>();
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- read while drawing; the model tells when
  readonly #versions = new Map<ResultId, Versions>();
  readonly #newest = new Newest();
  readonly #api: Api;
  /** What was heard before the host's answer told which result it belongs to. */
  #early: { result: ResultId; event: ResultEvent }[] = [];
  #again: ReturnType<typeof setTimeout> | undefined;
  #nextHint = 1;
  #lastPush = { what: '', at: 0 };

  constructor(api: Api, info: OpenedPhoto, file: FileRef) {
    this.#api = api;
    this.info = info;
    this.file = file;
    this.export = new ExportState(api, info);
  }

  get busy(): boolean {
    return isBusy(this.model);
  }

  /** Something of a result can be compared with the original. */
  get hasResult(): boolean {
    return isVisible(this.model);
  }

  get settings(): ResultSettings {
    return {
      ...this.options,
      rois: this.hints.map(({ rect, strength }) => ({ ...rect, strength })),
    };
  }

  /** The result that is shown belongs to other settings than those that are set. */
  get stale(): boolean {
    return this.#ranWith !== null && this.#ranWith !== JSON.stringify(this.settings);
  }

  get canUndo(): boolean {
    return this.#steps >= 0 && this.#history.canUndo;
  }

  get canRedo(): boolean {
    return this.#steps >= 0 && this.#history.canRedo;
  }

  /** The versions of the result's tiles; null: there is no result. */
  get versions(): Versions | null {
    return this.model.result === null ? null : (this.#versions.get(this.model.result) ?? null);
  }

  /** Begins or continues the result of the present settings; abandons what was under way. */
  async restore(view: Rect | null): Promise<void> {
    clearTimeout(this.#again);
    const { settings } = this;
    this.#early = [];
    this.stopping = false;
    this.model = requested(this.model);
    try {
      const input = { photo: this.info.photo, settings, view };
      const answer = await this.#newest.run((signal) =>
        this.#api.call(signal, 'startResult', input),
      );
      if (answer === undefined) return;
      this.#ranWith = JSON.stringify(settings);
      this.stage = 0;
      if (!this.#versions.has(answer.result)) this.#versions.set(answer.result, new Versions());
      this.#versions.get(answer.result)?.settle(answer.version);
      this.model = started(this.model, answer);
      const early = this.#early.filter(({ result }) => result === answer.result);
      this.#early = [];
      for (const { event } of early) this.#apply(event);
    } catch (error) {
      this.model = refused(this.model, error);
    }
  }

  /** Something happened to a result of this photo. */
  hear(result: ResultId, event: ResultEvent): void {
    if (this.#newest.busy) this.#early.push({ result, event });
    else if (result === this.model.result) this.#apply(event);
  }

  /** Stops within a tile; what is finished stays. */
  async stop(): Promise<void> {
    clearTimeout(this.#again);
    if (!this.busy) return;
    this.stopping = true;
    const asked = this.#newest.busy;
    this.#newest.cancel();
    try {
      await this.#api.call(new AbortController().signal, 'stopResult', { photo: this.info.photo });
      // A request that was not answered yet has no result whose events could tell that it ended.
      if (asked) this.model = happened(this.model, { type: 'stopped' });
    } catch (error) {
      this.model = refused(this.model, error);
    }
    if (!isBusy(this.model)) this.stopping = false;
  }

  /** Where the user looks is worked on first. */
  lookAt(view: Rect): void {
    if (this.model.phase !== 'running') return;
    const signal = new AbortController().signal;
    // A hint about the order: when it is lost, nothing is.
    this.#api.call(signal, 'lookAt', { photo: this.info.photo, view }).catch(() => undefined);
  }

  setStrength(strength: number): void {
    this.#remember('strength');
    this.strength = strength;
  }

  setOptions(changes: Partial<Options>): void {
    this.#remember(Object.keys(changes).join());
    this.options = { ...this.options, ...changes };
    this.#restartSoon();
  }

  addRegion(operation: RegionOperation): void {
    this.#setRegions([...this.regions.operations, operation]);
  }

  removeRegion(at: number): void {
    this.#setRegions(this.regions.operations.filter((_, i) => i !== at));
  }

  clearRegions(): void {
    this.#setRegions([]);
  }

  addHint(rect: Rect, strength = 1): Hint {
    this.#remember('add');
    const hint = { id: this.#nextHint++, rect, strength };
    this.hints = [...this.hints, hint];
    this.#restartSoon();
    return hint;
  }

  changeHint(id: number, strength: number): void {
    this.#remember(`hint ${id}`);
    this.hints = this.hints.map((hint) => (hint.id === id ? { ...hint, strength } : hint));
    this.#restartSoon();
  }

  removeHints(ids: readonly number[]): void {
    this.#remember('remove');
    this.hints = this.hints.filter((hint) => !ids.includes(hint.id));
    this.#restartSoon();
  }

  undo(): void {
    this.#take(this.#history.undo(this.#edit));
  }

  redo(): void {
    this.#take(this.#history.redo(this.#edit));
  }

  dispose(): void {
    clearTimeout(this.#again);
    this.#newest.cancel();
    this.export.cancel();
  }

  #apply(event: ResultEvent): void {
    const versions = this.versions;
    if (event.type === 'stage') versions?.note(event.rect, event.version);
    if (event.type === 'finished') versions?.settle(event.version);
    this.model = happened(this.model, event);
    if (!this.busy) this.stopping = false;
  }

  #setRegions(operations: RegionOperation[]): void {
    this.#remember('regions');
    this.regions = { version: 1, operations };
  }

  get #edit(): Edit {
    const { regions, hints, strength, options } = this;
    return { regions, hints, strength, options };
  }

  /** One step per gesture: a slider that is moved is one change. */
  #remember(what: string): void {
    const now = performance.now();
    const merged = /^(strength|hint )/.test(what) && this.#lastPush.what === what;
    if (!merged || now - this.#lastPush.at > SETTLE_MS) this.#history.push(this.#edit);
    this.#lastPush = { what, at: now };
    this.#steps++;
  }

  #take(edit: Edit): void {
    this.regions = edit.regions;
    this.hints = edit.hints;
    this.strength = edit.strength;
    this.options = edit.options;
    this.#lastPush = { what: '', at: 0 };
    this.#steps++;
    this.#restartSoon();
  }

  /** Work under way for settings that changed is of no use: it begins anew with the new ones. */
  #restartSoon(): void {
    clearTimeout(this.#again);
    if (this.busy && this.stale) this.#again = setTimeout(() => void this.restore(null), SETTLE_MS);
  }
}
