/**
 * Saves the edit of one photo: to the sidecar when the user saves, to the autosave shortly after
 * each change. Writes happen one after the other, and each takes the edit as it is when it begins,
 * so the newest one is the last.
 */
import type { EditPlace } from '../../shared/protocol/calls.js';
import { sameSettings, type EditSettings } from '../../shared/edit/edit.js';
import { toErrorData, type ErrorData } from '../../shared/core/errors.js';

/** Milliseconds from the last change to the autosave. */
const PAUSE_MS = 1000;
/** Most milliseconds from a change to the autosave, however soon others follow. */
const MOST_MS = 5000;
/** Milliseconds from a failed autosave to the next attempt. */
const RETRY_MS = 10_000;

export interface PersistenceSource {
  /** Returns the current settings; never changed in place. */
  readonly settings: () => EditSettings;
  /** Returns the edit in its stored form. */
  readonly document: () => unknown;
  /** Writes a document; `null` removes the file. */
  readonly write: (to: EditPlace, document: unknown) => Promise<unknown>;
}

/** Settings of an edit that are on disk. */
export interface SavedSettings {
  /** In the sidecar, as far as known; `null` if the current edit is in none. */
  readonly saved: EditSettings | null;
  /** In the autosave; `null` if it holds nothing of this edit. */
  readonly autosaved: EditSettings | null;
}

export class EditPersistence {
  /** Whether the sidecar is being written. */
  saving = $state(false);
  /** Why the last write failed, and its target. */
  failure = $state.raw<{ readonly to: EditPlace; readonly error: ErrorData } | null>(null);
  #saved = $state.raw<EditSettings | null>(null);
  #autosaved = $state.raw<EditSettings | null>(null);
  #exported = $state.raw<EditSettings | null>(null);
  readonly #source: PersistenceSource;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Time of the first change that no autosave has begun to write; `null` without one. */
  #changedAt: number | null = null;
  #queue: Promise<unknown> = Promise.resolve();
  /** An autosave that has not begun yet; it includes all changes until then. */
  #waiting: Promise<void> | null = null;
  #discarded = false;

  constructor(source: PersistenceSource, { saved, autosaved }: SavedSettings) {
    this.#source = source;
    this.#saved = saved;
    this.#autosaved = autosaved;
  }

  get onDisk(): SavedSettings {
    return { saved: this.#saved, autosaved: this.#autosaved };
  }

  /** Whether the edit differs from the saved one. */
  get dirty(): boolean {
    return !same(this.#saved, this.#source.settings());
  }

  /** Whether the photo was exported with the current settings since it was opened. */
  get isExported(): boolean {
    return same(this.#exported, this.#source.settings());
  }

  /** Whether the current edit is neither saved nor exported; closing then asks. */
  get unfinished(): boolean {
    return this.dirty && !this.isExported;
  }

  /** Whether a crash now would lose changes: they are not even in the autosave. */
  get atRisk(): boolean {
    return this.dirty && !same(this.#autosaved, this.#source.settings());
  }

  /** Schedules an autosave after the settings have changed. */
  changed(): void {
    this.#discarded = false;
    this.#changedAt ??= Date.now();
    this.#autosaveIn(Math.min(PAUSE_MS, this.#changedAt + MOST_MS - Date.now()));
  }

  /** Records that the photo was exported with the current settings. */
  exported(): void {
    this.#exported = this.#source.settings();
  }

  /** Writes the autosave now. Never rejects: `failure` holds the error. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#waiting ??= this.#inTurn(() => {
      this.#waiting = null;
      return this.#autosave();
    });
    return this.#waiting;
  }

  /** Writes the sidecar. Resolves with whether it is written. */
  async save(): Promise<boolean> {
    clearTimeout(this.#timer);
    this.saving = true;
    const saved = await this.#inTurn(async () => {
      const settings = this.#source.settings();
      this.#changedAt = null;
      if (!(await this.#write('sidecar', this.#source.document()))) return false;
      this.#saved = settings;
      // The host has removed the autosave.
      this.#autosaved = null;
      return true;
    });
    this.saving = false;
    // Changes made meanwhile, or not saved, go at least into the autosave.
    if (this.atRisk) this.#autosaveIn(PAUSE_MS);
    return saved;
  }

  /** Discards unsaved changes: removes the autosave. Resolves with whether it is removed. */
  discard(): Promise<boolean> {
    this.#discarded = true;
    clearTimeout(this.#timer);
    return this.#inTurn(async () => {
      if (this.#autosaved !== null && !(await this.#write('autosave', null))) return false;
      this.#autosaved = null;
      return true;
    });
  }

  dispose(): void {
    this.#discarded = true;
    clearTimeout(this.#timer);
  }

  async #autosave(): Promise<void> {
    this.#changedAt = null;
    const settings = this.#source.settings();
    const wanted = same(this.#saved, settings) ? null : settings;
    if (this.#discarded || wanted === this.#autosaved || same(wanted, this.#autosaved)) return;
    const document = wanted === null ? null : this.#source.document();
    if (await this.#write('autosave', document)) this.#autosaved = wanted;
    else this.#autosaveIn(RETRY_MS);
  }

  #autosaveIn(ms: number): void {
    clearTimeout(this.#timer);
    if (!this.#discarded) this.#timer = setTimeout(() => void this.flush(), ms);
  }

  async #write(to: EditPlace, document: unknown): Promise<boolean> {
    try {
      await this.#source.write(to, document);
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
