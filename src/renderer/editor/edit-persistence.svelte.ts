/**
 * Keeps the edit of one photo: in the sidecar when the user saves, in the autosave a moment after each change. Writes happen one
 * after the other; each takes the edit as it is when its turn comes, so that the newest is the last.
 */
import type { EditPlace } from '../../shared/protocol/calls.js';
import { sameSettings, type EditSettings } from '../../shared/edit/edit.js';
import { toErrorData, type ErrorData } from '../../shared/core/errors.js';

/** From the last change to the autosave. */
const PAUSE_MS = 1000;
/** From a write that failed to the next try. */
const AGAIN_MS = 10_000;

export interface PersistenceSource {
  /** The present settings: never changed in place. */
  readonly settings: () => EditSettings;
  /** The whole edit as it is written. */
  readonly file: () => unknown;
  /** `edit` null: what is kept there is given up. */
  readonly write: (to: EditPlace, edit: unknown) => Promise<unknown>;
}

/** What is kept of an edit. */
export interface Kept {
  /** What is in the sidecar, as far as is known; null: the present edit is in none. */
  readonly saved: EditSettings | null;
  /** What the autosave holds; null: nothing of this edit. */
  readonly autosaved: EditSettings | null;
}

export class EditPersistence {
  /** The user's own saving is under way. */
  saving = $state(false);
  /** Why the last write failed, and what it was to be. */
  failure = $state.raw<{ readonly to: EditPlace; readonly error: ErrorData } | null>(null);
  #saved = $state.raw<EditSettings | null>(null);
  #autosaved = $state.raw<EditSettings | null>(null);
  #exported = $state.raw<EditSettings | null>(null);
  readonly #source: PersistenceSource;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  /** An autosave that has not begun yet: it will take what changes until then. */
  #waiting: Promise<void> | null = null;
  #givenUp = false;

  constructor(source: PersistenceSource, { saved, autosaved }: Kept) {
    this.#source = source;
    this.#saved = saved;
    this.#autosaved = autosaved;
  }

  get kept(): Kept {
    return { saved: this.#saved, autosaved: this.#autosaved };
  }

  /** The edit is not as it was saved. */
  get dirty(): boolean {
    return !same(this.#saved, this.#source.settings());
  }

  /** Was exported as it is now, since it was opened. */
  get isExported(): boolean {
    return same(this.#exported, this.#source.settings());
  }

  /** Neither saved nor exported as it is: what closing asks about. */
  get unfinished(): boolean {
    return this.dirty && !this.isExported;
  }

  /** Not even in the autosave (yet): a crash now would lose it. */
  get atRisk(): boolean {
    return this.dirty && !same(this.#autosaved, this.#source.settings());
  }

  /** The settings are others than before. */
  changed(): void {
    this.#givenUp = false;
    this.#autosaveIn(PAUSE_MS);
  }

  /** The photo was exported with the present settings. */
  exported(): void {
    this.#exported = this.#source.settings();
  }

  /** Brings the autosave up to date now. Does not reject: `failure` tells. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#waiting ??= this.#inTurn(() => {
      this.#waiting = null;
      return this.#autosave();
    });
    return this.#waiting;
  }

  /** Writes the sidecar; tells whether it is written. */
  async save(): Promise<boolean> {
    clearTimeout(this.#timer);
    this.saving = true;
    const saved = await this.#inTurn(async () => {
      const settings = this.#source.settings();
      if (!(await this.#write('sidecar', this.#source.file()))) return false;
      this.#saved = settings;
      // The host has removed it.
      this.#autosaved = null;
      return true;
    });
    this.saving = false;
    // What changed meanwhile, or could not be saved, is kept at least there.
    if (this.atRisk) this.#autosaveIn(PAUSE_MS);
    return saved;
  }

  /** The user does not want what is not saved: nothing more is kept. Tells whether the autosave is gone. */
  giveUp(): Promise<boolean> {
    this.#givenUp = true;
    clearTimeout(this.#timer);
    return this.#inTurn(async () => {
      if (this.#autosaved !== null && !(await this.#write('autosave', null))) return false;
      this.#autosaved = null;
      return true;
    });
  }

  dispose(): void {
    this.#givenUp = true;
    clearTimeout(this.#timer);
  }

  async #autosave(): Promise<void> {
    const settings = this.#source.settings();
    const wanted = same(this.#saved, settings) ? null : settings;
    if (this.#givenUp || wanted === this.#autosaved || same(wanted, this.#autosaved)) return;
    const file = wanted === null ? null : this.#source.file();
    if (await this.#write('autosave', file)) this.#autosaved = wanted;
    else this.#autosaveIn(AGAIN_MS);
  }

  #autosaveIn(ms: number): void {
    clearTimeout(this.#timer);
    if (!this.#givenUp) this.#timer = setTimeout(() => void this.flush(), ms);
  }

  async #write(to: EditPlace, edit: unknown): Promise<boolean> {
    try {
      await this.#source.write(to, edit);
      this.failure = null;
      return true;
    } catch (error) {
      this.failure = { to, error: toErrorData(error) };
      return false;
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(work);
    this.#queue = done.catch(() => undefined);
    return done;
  }
}

function same(a: EditSettings | null, b: EditSettings | null): boolean {
  return a !== null && b !== null && sameSettings(a, b);
}
