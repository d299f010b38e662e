/** One open photo: its edit with undo history, its result, and where the edit is saved. */
import type { CallInput, EditPlace, OpenedPhoto } from '../../shared/protocol/calls.js';
import type { FileRef } from '../../shared/protocol/ids.js';
import { DEFAULT_SETTINGS, type Edit, type ViewSettings } from '../../shared/edit/edit.js';
import { writeEdit } from '../../shared/edit/write-edit.js';
import type { Rect } from '../../shared/contracts/restore.js';
import type { Api } from '../host/api.js';
import type { Comparison } from './result/comparison.svelte.js';
import { EditState } from './edit.svelte.js';
import { EditPersistence } from './edit-persistence.svelte.js';
import { openEdit, type OpenedEdit, type OpenNotice } from './opened-edit.js';
import type { ResultModel } from './result/result-machine.js';
import { ResultRun } from './result/result-run.svelte.js';

/** Settings that an export was written with. */
type ExportedSettings = Pick<CallInput<'exportPhoto'>, 'stage' | 'strength' | 'regions'>;

export class PhotoState extends EditState {
  readonly file: FileRef;
  readonly run: ResultRun;
  readonly persistence: EditPersistence;
  /** The edit continues one of an earlier session. */
  readonly resumed: boolean;
  /** Result of restoring the saved edit, shown once as a notice. */
  notice = $state.raw<OpenNotice | null>(null);
  /** The photo was shown since it was opened. */
  seen = false;
  /** Returns the current zoom, pan and overlays while the photo is shown. */
  readView: (() => ViewSettings) | null = null;
  readonly #closed = new AbortController();

  /** `opened`: initial edit; by default the one that the host has stored. */
  constructor(
    api: Api,
    info: OpenedPhoto,
    file: FileRef,
    opened: OpenedEdit = openEdit(info, DEFAULT_SETTINGS, Date.now()),
  ) {
    super(info, opened.edit);
    this.file = file;
    this.resumed = opened.resumed;
    this.notice = opened.notice;
    this.run = new ResultRun(api, info.photo, {
      settings: () => this.settings,
      regions: () => this.regions,
    });
    const { signal } = new AbortController();
    const source = {
      settings: () => this.current,
      document: () => writeEdit(this.editWithView()),
      write: (to: EditPlace, edit: unknown) =>
        api.call(signal, 'saveEdit', { photo: info.photo, edit, to }),
    };
    this.persistence = new EditPersistence(source, opened);
  }

  /** Aborts when the photo is closed. */
  get signal(): AbortSignal {
    return this.#closed.signal;
  }

  /** The edit differs from its saved state. */
  get dirty(): boolean {
    return this.persistence.dirty;
  }

  /** Stage that is shown and exported; 0 = the latest. */
  get stage(): number {
    const { stages } = this.model;
    // A stage that this model lacks is kept for models that have it.
    return stages.length > 0 && this.current.stage > stages.length ? 0 : this.current.stage;
  }

  /** Returns the edit with the current view. */
  editWithView(): Edit {
    return { ...this.edit, view: this.readView?.() ?? this.edit.view };
  }

  /** Stores the view in the edit before another photo is shown. */
  leave(): void {
    if (this.readView !== null) this.edit = this.editWithView();
    this.readView = null;
  }

  dispose(): void {
    this.persistence.dispose();
    this.run.dispose();
    this.#closed.abort();
  }

  protected override changed(): void {
    this.run.editChanged();
    this.persistence.changed();
  }

  /** Marks the edit as exported if the written settings are still the current ones. */
  exported({ stage, strength, regions }: ExportedSettings): void {
    const same = stage === this.stage && strength === this.strength && regions === this.regions;
    if (same && !this.stale) this.persistence.exported();
  }

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

  get comparison(): Comparison {
    return this.run.comparison;
  }

  restore(view: Rect | null): Promise<void> {
    return this.run.start(view);
  }

  stop(): Promise<void> {
    return this.run.stop();
  }
}
