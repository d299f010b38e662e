/** The edit of one photo: its settings, and every change of them with all that can be undone. */
import type { OpenedPhoto, ResultSettings } from '../../shared/api/calls.js';
import {
  optionsOf,
  sameSettings,
  settingsOf,
  type Edit,
  type EditSettings,
  type ResultOptions,
} from '../../shared/edit.js';
import { hintsToRois, MAX_HINTS, type Hint } from '../../shared/hints.js';
import * as histories from '../../shared/history.js';
import {
  addOperation,
  MAX_OPERATIONS,
  type RegionDocument,
  type RegionOperation,
} from '../../shared/regions/index.js';

/** A pause of this length ends a continuous change, whether or not `endGroup` was called. */
const GROUP_MS = 1500;

type Changes<OneHint> = OneHint extends unknown ? Partial<Omit<OneHint, 'id' | 'kind'>> : never;
/** Fields of a hint, those of its own kind. */
export type HintChanges = Changes<Hint>;

export abstract class EditState {
  readonly info: OpenedPhoto;
  edit: Edit = $state.raw()!;
  readonly current: EditSettings = $derived(settingsOf(this.edit));
  readonly hints: readonly Hint[] = $derived(this.current.hints);
  /** Painted hints become boxes when hints change, not with every move of another slider. */
  readonly #rois = $derived.by(() => hintsToRois(this.hints, this.info));
  /** What the network is asked for. */
  readonly settings: ResultSettings = $derived({ ...this.options, rois: this.#rois });

  constructor(info: OpenedPhoto, edit: Edit) {
    this.info = info;
    this.edit = edit;
  }

  get regions(): RegionDocument {
    return this.current.regions;
  }

  get strength(): number {
    return this.current.strength;
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

  /** The settings are others than before. */
  protected abstract changed(): void;

  #setHints(label: string, hints: Hint[], group?: string): void {
    this.change(label, (settings) => ({ ...settings, hints }), group);
  }

  #take(history: Edit['history']): void {
    if (history === this.edit.history) return;
    this.edit = { ...this.edit, history };
    this.changed();
  }
}
