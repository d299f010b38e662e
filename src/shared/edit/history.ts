/**
 * Undo and redo of immutable states. A step holds the whole state after it; states share their
 * unchanged parts, so thousands of steps cost little. Every function returns a new history.
 */

export interface HistoryStep<State> {
  readonly label: string;
  /** Time of the last change in the step, in ms since 1970. */
  readonly time: number;
  readonly state: State;
}

export interface History<State> {
  /** Oldest first, beginning with the state before any change. */
  readonly steps: readonly HistoryStep<State>[];
  /** Index of the current step; later ones are undone and can be redone. */
  readonly current: number;
  /** Group whose next change joins the current step; `null` if it becomes a step of its own. */
  readonly group: string | null;
}

/** Row of the history panel. */
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
   * Consecutive changes of one group are one step: the moves of a slider, arrow keys on a box. A
   * drag ends with `endGroup`.
   */
  readonly group?: string | undefined;
  /** Longest pause in ms between two changes of one step. */
  readonly within?: number | undefined;
}

export function createHistory<State>(state: State, label: string, time: number): History<State> {
  return { steps: [{ label, time, state }], current: 0, group: null };
}

export function present<State>(history: History<State>): State {
  return currentStep(history).state;
}

/** Adds a state after the current one; undone steps are dropped. */
export function change<State>(
  history: History<State>,
  state: State,
  { label, time, group, within = Infinity }: ChangeOptions,
): History<State> {
  const last = currentStep(history);
  if (state === last.state) return history;
  const joins = group !== undefined && history.group === group && time - last.time <= within;
  const kept = history.steps.slice(0, joins ? history.current : history.current + 1);
  const steps = [...kept, { label, time, state }];
  return { steps, current: steps.length - 1, group: group ?? null };
}

/** Ends the group: the next change is a step of its own, even of the same control. */
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

/**
 * Makes a step the current one; an index beyond either end means that end. Later steps can be
 * redone.
 */
export function jumpTo<State>(history: History<State>, index: number): History<State> {
  const current = Math.min(history.steps.length - 1, Math.max(0, Math.round(index)));
  if (current === history.current) return endGroup(history);
  return { ...history, current, group: null };
}

/** Returns the labels of the steps that undo and redo would change, or `null` if there are none. */
export function nextLabels(history: History<unknown>): {
  readonly undo: string | null;
  readonly redo: string | null;
} {
  return {
    undo: canUndo(history) ? currentStep(history).label : null,
    redo: history.steps[history.current + 1]?.label ?? null,
  };
}

/** Returns all steps for a panel, oldest first. */
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
