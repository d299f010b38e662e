/**
 * The editor that every feature builds on: open photos, view, preferences, notices and dialogs of
 * one window.
 */
import { createContext } from 'svelte';
import * as m from '#texts/messages.js';
import type { AppInfo, FileEntry } from '../../shared/protocol/calls.js';
import type { FileRef } from '../../shared/protocol/ids.js';
import { DEFAULT_SETTINGS, type EditSettings } from '../../shared/edit/edit.js';
import { toErrorData, type ErrorData } from '../../shared/core/errors.js';
import { completeSettings } from '../../shared/contracts/settings.js';
import { messageOf } from '../texts/explain-error.js';
import type { Api } from '../host/api.js';
import { Loadable } from '../host/loadable.svelte.js';
import { Brush } from './drawing/brush.svelte.js';
import { Closing } from './closing.svelte.js';
import { DeviceTests } from './device-tests.svelte.js';
import { FileChooser, type Choosable } from './file-chooser.svelte.js';
import { Notices } from './notices.svelte.js';
import type { PhotoState } from './photo.svelte.js';
import { Photos } from './photos.svelte.js';
import { Preferences } from './preferences.svelte.js';
import { ViewState } from './view.svelte.js';

export type Dialog = 'shortcuts' | 'settings' | 'paste' | 'presets' | 'batch' | 'close-batch';

export class Editor {
  readonly api: Api;
  readonly photos: Photos;
  readonly view = new ViewState();
  readonly brush = new Brush();
  readonly notices = new Notices();
  readonly preferences: Preferences;
  readonly closing = new Closing();
  readonly chooser: FileChooser;
  readonly deviceTests: DeviceTests;
  readonly models;
  readonly providers;
  readonly recent;
  /** Facts about the host; `null` until it has answered. */
  info = $state.raw<AppInfo | null>(null);
  /** Why the last photos could not be chosen or received. */
  intake = $state.raw<ErrorData | null>(null);
  dialog = $state<Dialog | null>(null);
  readonly #closed = new AbortController();

  constructor(api: Api) {
    this.api = api;
    // Photos can be opened before the host's first answer has arrived.
    this.chooser = new FileChooser(
      api,
      async (signal) => this.info ?? (await api.call(signal, 'hello', {})),
    );
    this.preferences = new Preferences(api);
    this.photos = new Photos(api, () => this.preferences.values);
    this.deviceTests = new DeviceTests(api);
    this.models = new Loadable((signal) => api.call(signal, 'models', {}));
    this.providers = new Loadable((signal) => api.call(signal, 'providers', {}));
    this.recent = new Loadable((signal) => api.call(signal, 'recentPhotos', {}));
  }

  /** Aborts when the window closes. */
  get signal(): AbortSignal {
    return this.#closed.signal;
  }

  get photo(): PhotoState | null {
    return this.photos.current;
  }

  /** A dialog is open; shortcuts and the canvas wait for its answer. */
  get blocked(): boolean {
    return this.dialog !== null || this.chooser.listed !== null || this.closing.photos.length > 0;
  }

  stop(): void {
    this.#closed.abort();
  }

  /** Lets the user choose photos and opens them. */
  pick(): Promise<void> {
    return this.#take(() => this.choose('photos'));
  }

  choose(what: Choosable): Promise<readonly FileEntry[]> {
    return this.chooser.choose(this.signal, what);
  }

  openSample(): Promise<void> {
    return this.#take(async (signal) => [await this.api.call(signal, 'samplePhoto', {})]);
  }

  /** Opens files that were dropped or pasted. */
  receive(files: readonly File[]): Promise<void> {
    return this.#take((signal) => this.api.receiveFiles(signal, files));
  }

  async open(files: readonly FileEntry[]): Promise<void> {
    if (files.length === 0) return;
    await this.photos.open(files, await this.defaults());
    void this.recent.load();
  }

  /** Restores the current photo, the visible part first. */
  restore(): void {
    void this.photo?.restore(this.view.visible);
  }

  /** Closes a photo; asks first if edits would be lost. */
  async close(photo = this.photo): Promise<void> {
    if (photo === null) return;
    await this.closing.request([photo], () => this.attempt(() => this.photos.close(photo)));
  }

  /** Saves the edit and reports where; a failure is shown at the photo (`persistence.failure`). */
  async save(photo = this.photo): Promise<void> {
    if (photo === null || !(await photo.persistence.save())) return;
    const { name, hasFolder } = photo.info;
    this.notices.show('done', hasFolder ? m.saved({ name }) : m.saved_inside({ name }));
  }

  /** Discards the recovered edit of a photo and reopens it as it was last saved. */
  async discardRecovered(photo: PhotoState): Promise<void> {
    if (!(await photo.persistence.discard())) return;
    await this.attempt(async () => this.photos.reopen(photo, await this.defaults()));
  }

  /** Sets preferences; if they cannot be written, reports it and keeps them for this session. */
  keep(changes: Parameters<Preferences['set']>[0]): void {
    this.preferences.set(changes).catch((error: unknown) => {
      this.notices.show('warning', messageOf(error));
    });
  }

  /** Shows a file in the system's file manager. */
  async reveal(file: FileRef): Promise<void> {
    try {
      await this.api.call(new AbortController().signal, 'reveal', { file });
    } catch (error) {
      this.notices.show('error', messageOf(error));
    }
  }

  /** Returns the settings of a new edit: the user's, or the program's if they cannot be read. */
  protected async defaults(): Promise<EditSettings> {
    const stored = await this.api.call(this.signal, 'readSettings', {}).catch(() => ({}));
    const { plugin, provider, tile, workAt, selfEnsemble, skip } = completeSettings(stored);
    return { ...DEFAULT_SETTINGS, plugin, provider, tile, workAt, selfEnsemble, skip };
  }

  /** Runs the work and shows a failure as a notice. */
  protected async attempt(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.notices.show('warning', messageOf(error));
    }
  }

  async #take(choose: (signal: AbortSignal) => Promise<readonly FileEntry[]>): Promise<void> {
    this.intake = null;
    try {
      await this.open(await choose(this.signal));
    } catch (error) {
      const data = toErrorData(error);
      if (data.code !== 'cancelled') this.intake = data;
    }
  }
}

/** Context of the window's editor, for the components of every feature. */
export const [useEditor, provideEditor] = createContext<Editor>();
