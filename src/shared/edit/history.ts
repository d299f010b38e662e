/**
 * Undo and redo of immutable states. A step holds the whole state after it; states share what did not change, so thousands of
 * steps cost little. Nothing is changed in place: every function returns a new history.
 */

export interface HistoryStep<State> {
  readonly label: string;
  /** Milliseconds since 1970, of the last change in the step. */
  readonly time: number;
  readonly state: State;
}

export interface History<State> {
  /** Oldest first; the first is how it all began. */
  readonly steps: readonly HistoryStep<State>[];
  /** The step that is shown; those after it are undone and can be redone. */
  readonly current: number;
  /** The continuous change that the current step may still take in; null: the next change is a step of its own. */
  readonly group: string | null;
}

/** A line of the history panel. */
export interface HistoryEntry {
  readonly index: number;
  readonly label: string;
  readonly time: number;
  readonly state: 'done' | 'current' | 'undone';
}

export interface ChangeOptions {
  readonly label: string;
  readonly time: number;
  /**
   * Changes of one group that follow each other are one step: the moves of a slider, the arrow keys on a box. A drag ends with
   * `endGroup`.
   */
  readonly group?: string | undefined;
  /** A change of the group that comes later than this after the last is a new step, milliseconds. */
  readonly within?: number | undefined;
}

export function createHistory<State>(state: State, label: string, time: number): History<State> {
  return { steps: [{ label, time, state }], current: 0, group: null };
}

export function present<State>(history: History<State>): State {
  return currentStep(history).state;
}

/** A new state: it follows the current one, and what was undone is gone. */
export function change<State>(
  history: History<State>,
  state: State,
  { label, time, group, within = Infinity }: ChangeOptions,
): History<State> {
  const last = currentStep(history);
  if (state === last.state) return history;
  const goesOn = group !== undefined && history.group === group && time - last.time <= within;
  const kept = history.steps.slice(0, goesOn ? history.current : history.current + 1);
  const steps = [...kept, { label, time, state }];
  return { steps, current: steps.length - 1, group: group ?? null };
}

/** The drag is over: the next change is a step of its own, even of the same control. */
export function endGroup<State>(history: History<State>): History<State> {
  return history.group === null ? history : { ...history, group: null };
}

export function canUndo(history: History<unknown>): boolean {
  return history.current > 0;
}

export function canRedo(history: History<unknown>): boolean {
  return history.current < history.steps.length - 1;
}

export function undo<State>(history: History<State>): History<State> {
  return jumpTo(history, history.current - 1);
}

export function redo<State>(history: History<State>): History<State> {
  return jumpTo(history, history.current + 1);
}

/** Shows a step; those after it stay and can be redone. Beyond either end: the end. */
export function jumpTo<State>(history: History<State>, index: number): History<State> {
  const current = Math.min(history.steps.length - 1, Math.max(0, Math.round(index)));
  if (current === history.current) return endGroup(history);
  return { ...history, current, group: null };
}

/** What undo and redo would do, for their tooltips; null: nothing. */
export function nextLabels(history: History<unknown>): {
  readonly undo: string | null;
  readonly redo: string | null;
} {
  return {
    undo: canUndo(history) ? currentStep(history).label : null,
    redo: history.steps[history.current + 1]?.label ?? null,
  };
}

/** All steps for a panel, oldest first. */
export function listSteps(history: History<unknown>): HistoryEntry[] {
  return history.steps.map(({ label, time }, index) => ({
    index,
    label,
    time,
    state: index === history.current ? 'current' : index < history.current ? 'done' : 'undone',
  }));
}

function currentStep<State>(history: History<State>): HistoryStep<State> {
  const step = history.steps[history.current];
  if (step === undefined) throw new RangeError('A history without its current step.');
  return step;
}
