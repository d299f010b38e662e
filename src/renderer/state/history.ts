/** Undo and redo over whole states: an edit is small (vectors and numbers), so states are kept, not differences. */
export class History<T> {
  readonly #limit: number;
  #past: T[] = [];
  #future: T[] = [];

  constructor(limit = 500) {
    this.#limit = limit;
  }

  get canUndo(): boolean {
    return this.#past.length > 0;
  }

  get canRedo(): boolean {
    return this.#future.length > 0;
  }

  /** Remembers the state before a change. */
  push(before: T): void {
    this.#past.push(before);
    if (this.#past.length > this.#limit) this.#past.shift();
    this.#future = [];
  }

  /** The state before the last change; `now` can be redone. */
  undo(now: T): T {
    const before = this.#past.pop();
    if (before === undefined) return now;
    this.#future.push(now);
    return before;
  }

  redo(now: T): T {
    const after = this.#future.pop();
    if (after === undefined) return now;
    this.#past.push(now);
    return after;
  }
}
