/** One open photo: its edit with all that can be undone, and its result. */
import type {
  EditPlace,
  OpenedPhoto,
  ResultEvent,
  ResultSettings,
} from '../../shared/api/calls.js';
import type { FileRef, ResultId } from '../../shared/api/ids.js';
import { writeEdit } from '../../shared/edit-file.js';
import {
  DEFAULT_SETTINGS,
  optionsOf,
  sameSettings,
  settingsOf,
  type Edit,
  type EditSettings,
  type ResultOptions,
  type ViewSettings,
} from '../../shared/edit.js';
import { hintsToRois, MAX_HINTS, type Hint } from '../../shared/hints.js';
import * as histories from '../../shared/history.js';
import {
  addOperation,
  MAX_OPERATIONS,
  type RegionDocument,
  type RegionOperation,
} from '../../shared/regions/index.js';
import type { Rect } from '../../shared/restore.js';
import type { Api } from '../api.js';
import type { Versions } from '../canvas/pyramid.js';
import { ExportState, type ExportSource } from './export.svelte.js';
import { EditKeeper } from './keeper.svelte.js';
import { openEdit, type OpenNotice } from './opened-edit.js';
import type { ResultModel } from './result-machine.js';
import { ResultRun } from './result-run.svelte.js';

/** A pause of this length ends a continuous change, whether or not `endGroup` was called. */
const GROUP_MS = 1500;

type Changes<OneHint> = OneHint extends unknown ? Partial<Omit<OneHint, 'id' | 'kind'>> : never;
/** Fields of a hint, those of its own kind. */
export type HintChanges = Changes<Hint>;

export class PhotoState {
  readonly info: OpenedPhoto;
  readonly file: FileRef;
  readonly export: ExportState;
  readonly run: ResultRun;
  readonly keeper: EditKeeper;
  /** An edit of an earlier time goes on. */
  readonly resumed: boolean;
  /** What became of it. */
  notice = $state.raw<OpenNotice | null>(null);
  /** Was shown since it was opened. */
  seen = false;
  /** How it is looked at while it is shown. */
  lookedAt: (() => ViewSettings) | null = null;
  edit: Edit = $state.raw()!;

  readonly current: EditSettings = $derived(settingsOf(this.edit));
  readonly hints: readonly Hint[] = $derived(this.current.hints);
  /** Painted hints become boxes when hints change, not with every move of another slider. */
  readonly #rois = $derived.by(() => hintsToRois(this.hints, this.info));
  /** What the network is asked for. */
  readonly settings: ResultSettings = $derived({ ...this.options, rois: this.#rois });

  /** Goes on with what was kept of the photo; without that it begins with the defaults. */
  constructor(api: Api, info: OpenedPhoto, file: FileRef, defaults = DEFAULT_SETTINGS) {
    this.info = info;
    this.file = file;
    const opened = openEdit(info, defaults, Date.now());
    this.edit = opened.edit;
    this.resumed = opened.resumed;
    this.notice = opened.notice;
    this.export = new ExportState(api, info, (source) => this.#exported(source));
    this.run = new ResultRun(api, info.photo, () => this.settings);
    const { signal } = new AbortController();
    const source = {
      settings: () => this.current,
      file: () => writeEdit({ ...this.edit, view: this.lookedAt?.() ?? this.edit.view }),
      write: (to: EditPlace, edit: unknown) =>
        api.call(signal, 'saveEdit', { photo: info.photo, edit, to }),
    };
    this.keeper = new EditKeeper(source, opened);
  }

  /** The edit is not as it was saved. */
  get dirty(): boolean {
    return this.keeper.dirty;
  }

  get regions(): RegionDocument {
    return this.current.regions;
  }

  get strength(): number {
    return this.current.strength;
  }

  /** The stage that is shown and exported; 0: the latest. */
  get stage(): number {
    const { stages } = this.model;
    // One that this network does not have is kept, for the network that has it.
    return stages.length > 0 && this.current.stage > stages.length ? 0 : this.current.stage;
  }

  get options(): ResultOptions {
    return optionsOf(this.current);
  }

  get canUndo(): boolean {
    return histories.canUndo(this.edit.history);
  }

  get canRedo(): boolean {
    return histories.canRedo(this.edit.history);
  }

  /**
   * One step that can be undone. Labels are keys of the texts (`step_…`), since they are stored. Changes of one group that
   * follow each other are one step.
   */
  change(label: string, change: (settings: EditSettings) => EditSettings, group?: string): void {
    const state = change(this.current);
    if (sameSettings(state, this.current)) return;
    const options = { label, time: Date.now(), group, within: GROUP_MS };
    this.#take(histories.change(this.edit.history, state, options));
  }

  /** The drag is over: the next change is a step of its own. */
  endGroup(): void {
    this.#take(histories.endGroup(this.edit.history));
  }

  /** False: there are as many operations as an edit can hold. */
  addRegion(operation: RegionOperation): boolean {
    if (this.regions.operations.length >= MAX_OPERATIONS) return false;
    this.setRegions(addOperation(this.regions, operation), `region.${operation.kind}`);
    return true;
  }

  setRegions(regions: RegionDocument, label: string): void {
    this.change(label, (settings) => ({ ...settings, regions }));
  }

  /** False: there are as many hints as an edit can hold. */
  addHint(hint: Hint): boolean {
    if (this.hints.length >= MAX_HINTS) return false;
    this.#setHints('hint.add', [...this.hints, hint]);
    return true;
  }

  changeHint(id: string, changes: HintChanges, group?: string): void {
    const label = 'name' in changes ? 'hint.rename' : 'hint.change';
    const hints = this.hints.map((hint) => (hint.id === id ? { ...hint, ...changes } : hint));
    this.#setHints(label, hints, group);
  }

  removeHints(ids: readonly string[]): void {
    this.#setHints(
      'hint.remove',
      this.hints.filter(({ id }) => !ids.includes(id)),
    );
  }

  undo(): void {
    this.#take(histories.undo(this.edit.history));
  }

  redo(): void {
    this.#take(histories.redo(this.edit.history));
  }

  /** Shows a step of the history; those after it can be redone. */
  jumpTo(step: number): void {
    this.#take(histories.jumpTo(this.edit.history, step));
  }

  /** It is not shown any more: how it was looked at is remembered. */
  leave(): void {
    if (this.lookedAt !== null) this.edit = { ...this.edit, view: this.lookedAt() };
    this.lookedAt = null;
  }

  dispose(): void {
    this.keeper.dispose();
    this.run.dispose();
    this.export.cancel();
  }

  #setHints(label: string, hints: Hint[], group?: string): void {
    this.change(label, (settings) => ({ ...settings, hints }), group);
  }

  #take(history: Edit['history']): void {
    if (history === this.edit.history) return;
    this.edit = { ...this.edit, history };
    this.run.settingsChanged();
    this.keeper.changed();
  }

  /** What was written counts when it is still what is set. */
  #exported({ stage, strength, regions }: ExportSource): void {
    const same = stage === this.stage && strength === this.strength && regions === this.regions;
    if (same && !this.stale) this.keeper.exported();
  }

  // The result, for whom the photo is one thing.

  get model(): ResultModel {
    return this.run.model;
  }

  get stopping(): boolean {
    return this.run.stopping;
  }

  get busy(): boolean {
    return this.run.busy;
  }

  get hasResult(): boolean {
    return this.run.visible;
  }

  get stale(): boolean {
    return this.run.stale;
  }

  get versions(): Versions | null {
    return this.run.versions;
  }

  restore(view: Rect | null): Promise<void> {
    return this.run.start(view);
  }

  stop(): Promise<void> {
    return this.run.stop();
  }

  lookAt(view: Rect): void {
    this.run.lookAt(view);
  }

  hear(result: ResultId, event: ResultEvent): void {
    this.run.hear(result, event);
  }
}
