/** Holds the edit of one photo: its settings, and the undo history of their changes. */
import type { OpenedPhoto, ResultSettings } from '../../shared/protocol/calls.js';
import {
  optionsOf,
  sameSettings,
  settingsOf,
  type Edit,
  type EditSettings,
  type ResultOptions,
} from '../../shared/edit/edit.js';
import { hintsToRois, MAX_HINTS, type Hint } from '../../shared/edit/hints.js';
import * as histories from '../../shared/edit/history.js';
import { fitHistory, settingsProblem, type KnownWork } from '../../shared/edit/limits.js';
import {
  addOperation,
  type RegionDocument,
  type RegionOperation,
} from '../../shared/regions/index.js';

/** Milliseconds without a change that end a group even without `endGroup`. */
const GROUP_MS = 1500;
/** Share of the allowed work (`workShare`) that can be drawn; the rest is for larger photos. */
const MOST_WORK = 0.8;

type Changes<OneHint> = OneHint extends unknown ? Partial<Omit<OneHint, 'id' | 'kind'>> : never;
/** Fields of a hint that can be changed, depending on its kind. */
export type HintChanges = Changes<Hint>;

export abstract class EditState {
  readonly info: OpenedPhoto;
  edit: Edit = $state.raw()!;
  readonly current: EditSettings = $derived(settingsOf(this.edit));
  readonly hints: readonly Hint[] = $derived(this.current.hints);
  /** Boxes of the hints; recomputed only when hints change, not when another slider moves. */
  readonly #rois = $derived.by(() => hintsToRois(this.hints, this.info));
  /** Settings that the network's result depends on. */
  readonly settings: ResultSettings = $derived({ ...this.options, rois: this.#rois });

  /** Estimated work of the operations, so that a new one costs only itself. */
  readonly #work: KnownWork = { mask: new WeakMap(), hints: new WeakMap() };

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
   * Changes settings as one step that can be undone. Labels are keys of the texts (`step_…`), since
   * they are stored. Consecutive changes of one group are one step.
   */
  change(label: string, change: (settings: EditSettings) => EditSettings, group?: string): void {
    const state = change(this.current);
    if (sameSettings(state, this.current)) return;
    const options = { label, time: Date.now(), group, within: GROUP_MS };
    this.#take(fitHistory(histories.change(this.edit.history, state, options)));
  }

  /** Ends a group (a drag), so that the next change is a step of its own. */
  endGroup(): void {
    this.#take(histories.endGroup(this.edit.history));
  }

  /**
   * Returns false, and adds nothing, if the edit would become too large to be saved and opened
   * again.
   */
  addRegion(operation: RegionOperation): boolean {
    const regions = addOperation(this.regions, operation);
    if (!this.#fits({ regions })) return false;
    this.setRegions(regions, `region.${operation.kind}`);
    return true;
  }

  setRegions(regions: RegionDocument, label: string): void {
    this.change(label, (settings) => ({ ...settings, regions }));
  }

  /** Returns false, and adds nothing, if there are as many hints as an edit can hold. */
  addHint(hint: Hint): boolean {
    const hints = [...this.hints, hint];
    if (hints.length > MAX_HINTS || (hint.kind === 'painted' && !this.#fits({ hints })))
      return false;
    this.#setHints('hint.add', hints);
    return true;
  }

  /** Returns false, and changes nothing, if the edit could then not be saved and opened again. */
  changeHint(id: string, changes: HintChanges, group?: string): boolean {
    const label = 'name' in changes ? 'hint.rename' : 'hint.change';
    const hints = this.hints.map((hint) => (hint.id === id ? { ...hint, ...changes } : hint));
    if ('paint' in changes && !this.#fits({ hints })) return false;
    this.#setHints(label, hints, group);
    return true;
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

  /** Goes to a step of the history; later ones can be redone. */
  jumpTo(step: number): void {
    this.#take(histories.jumpTo(this.edit.history, step));
  }

  /** Called after the settings have changed. */
  protected abstract changed(): void;

  #setHints(label: string, hints: Hint[], group?: string): void {
    this.change(label, (settings) => ({ ...settings, hints }), group);
  }

  /** Returns whether the settings with these changes can be saved and opened again. */
  #fits(changes: Partial<EditSettings>): boolean {
    const settings = { ...this.current, ...changes };
    return settingsProblem(settings, this.edit.photo, this.#work, MOST_WORK) === null;
  }

  #take(history: Edit['history']): void {
    if (history === this.edit.history) return;
    this.edit = { ...this.edit, history };
    this.changed();
  }
}
