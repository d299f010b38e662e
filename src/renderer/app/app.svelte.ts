/** The whole editor's state over one connection to a host. */
import { getContext, setContext } from 'svelte';
import * as m from '#texts/messages.js';
import type { AppInfo, FileEntry } from '../../shared/protocol/calls.js';
import type { AppEvent } from '../../shared/protocol/events.js';
import { DEFAULT_SETTINGS, type EditSettings } from '../../shared/edit/edit.js';
import { toErrorData, type ErrorData } from '../../shared/core/errors.js';
import { completeSettings } from '../../shared/contracts/settings.js';
import type { Api } from '../host/api.js';
import { startMaskWorker } from '../features/mask/worker/start-worker.js';
import { offerBatch, tellLeftBatch } from '../features/batch/batch-notices.js';
import { Batches } from '../features/batch/batches.svelte.js';
import { Brush } from '../editor/drawing/brush.svelte.js';
import { Connection } from '../host/connection.svelte.js';
import { DeviceTests } from '../features/settings/device-tests.svelte.js';
import { ExportPlaces } from '../features/export/export-places.svelte.js';
import { SettingsClipboard } from '../features/presets/clipboard.svelte.js';
import { Closing } from '../editor/closing.svelte.js';
import { FileChooser, type Choosable } from '../editor/file-chooser.svelte.js';
import { Loadable } from '../host/loadable.svelte.js';
import { MaskState } from '../features/mask/mask.svelte.js';
import { Notices } from '../editor/notices.svelte.js';
import type { PhotoState } from '../editor/photo.svelte.js';
import { RemotePicture } from '../editor/remote-picture.svelte.js';
import { Photos } from '../editor/photos.svelte.js';
import { Preferences } from '../editor/preferences.svelte.js';
import { Presets } from '../features/presets/presets.svelte.js';
import { TabSession, type TabStorage } from './tab-session.svelte.js';
import { ViewState } from '../editor/view.svelte.js';

export type Dialog = 'shortcuts' | 'settings' | 'paste' | 'presets' | 'batch' | 'close-batch';

export class App {
  readonly api: Api;
  readonly photos: Photos;
  readonly view = new ViewState();
  readonly brush = new Brush();
  readonly mask = new MaskState(this, startMaskWorker);
  readonly notices = new Notices();
  readonly batches: Batches;
  readonly exportPlaces = new ExportPlaces();
  /** The map of the network that lies over the photo. */
  readonly map = new RemotePicture();
  readonly preferences: Preferences;
  readonly connection: Connection;
  readonly deviceTests: DeviceTests;
  readonly presets: Presets;
  readonly clipboard = new SettingsClipboard();
  readonly closing = new Closing();
  readonly chooser: FileChooser;
  readonly session: TabSession;
  readonly models;
  readonly providers;
  readonly recent;
  info = $state.raw<AppInfo | null>(null);
  /** Why the host cannot be reached. */
  broken = $state.raw<ErrorData | null>(null);
  /** Why no photo could be chosen or taken in: stands where photos are opened. */
  intake = $state.raw<ErrorData | null>(null);
  dialog = $state<Dialog | null>(null);
  /** Bytes that engine and host use, as far as they tell. */
  memory = $state<number | null>(null);
  /** Carries out a command that the host's menu names. */
  onCommand: (id: string) => void = () => undefined;
  readonly #closed = new AbortController();
  #listening = false;

  constructor(api: Api, storage: TabStorage = sessionStorage) {
    this.api = api;
    this.batches = new Batches(api);
    // Asked here too: one may wish to open a photo before the host has answered the first time.
    this.chooser = new FileChooser(
      api,
      async (signal) => this.info ?? (await api.call(signal, 'hello', {})),
    );
    this.preferences = new Preferences(api);
    this.photos = new Photos(api, () => this.preferences.values);
    this.session = new TabSession(storage, this.photos, this.view);
    this.connection = new Connection(api);
    this.deviceTests = new DeviceTests(api);
    this.presets = new Presets(api);
    this.models = new Loadable((signal) => api.call(signal, 'models', {}));
    this.providers = new Loadable((signal) => api.call(signal, 'providers', {}));
    this.recent = new Loadable((signal) => api.call(signal, 'recentPhotos', {}));
  }

  get photo(): PhotoState | null {
    return this.photos.current;
  }

  /** Something has to be answered first. */
  get blocked(): boolean {
    return this.dialog !== null || this.chooser.listed !== null || this.closing.photos.length > 0;
  }

  /** Greets the host, reads what is kept, and shows the sample on the very first start, where no photo was given. */
  async start(): Promise<void> {
    const { signal } = this.#closed;
    if (!this.#listening) {
      this.#listening = true;
      const ends = [
        this.api.subscribe((event) => this.hear(event)),
        this.connection.follow(() => void this.#reconnected()),
      ];
      signal.addEventListener('abort', () => ends.forEach((end) => end()), { once: true });
    }
    this.broken = null;
    try {
      this.info = await this.api.call(signal, 'hello', {});
      await this.preferences.load(signal);
    } catch (error) {
      this.broken = toErrorData(error);
      return;
    }
    this.view.mode = this.preferences.values.compare;
    void this.models.load();
    void this.providers.load();
    void this.recent.load();
    void this.batches.load().then(() => tellLeftBatch(this));
    await this.session.resume((files) => this.open(files));
    if (this.preferences.values.welcomed) return;
    this.keep({ welcomed: true });
    // Photos that the program was started with are on their way.
    if (!this.info.photosGiven && this.photos.isEmpty) await this.openSample();
  }

  stop(): void {
    this.#closed.abort();
  }

  /** What the host tells by itself. */
  hear(event: AppEvent): void {
    switch (event.type) {
      case 'result':
        this.#of(event.photo)?.hear(event.result, event.event);
        return;
      case 'export':
        this.#of(event.photo)?.export.progress(event.done);
        return;
      case 'open-files':
        void this.open(event.files);
        return;
      case 'command':
        if (event.command === 'close-window') void this.closeWindow();
        else this.onCommand(event.command);
        return;
      case 'batch':
      case 'batch-removed':
        this.batches.hear(event);
        // What was asked about is done: nothing speaks against closing any more.
        if (this.dialog === 'close-batch' && this.batches.running === null) void this.closeWindow();
        return;
      case 'blur':
        this.photos.judged(event.photo, event.blur);
        return;
      case 'settings':
        this.preferences.hear(event.settings);
        return;
      case 'memory':
        this.memory = event.bytes;
        return;
    }
  }

  /** Opens photos that are chosen. */
  pick(): Promise<void> {
    return this.#take(() => this.choose('photos'));
  }

  choose(what: Choosable): Promise<readonly FileEntry[]> {
    return this.chooser.choose(this.#closed.signal, what);
  }

  openSample(): Promise<void> {
    return this.#take(async (signal) => [await this.api.call(signal, 'samplePhoto', {})]);
  }

  /** Files that were dropped or pasted. */
  receive(files: readonly File[]): Promise<void> {
    return this.#take((signal) => this.api.receiveFiles(signal, files));
  }

  /** Opens photos; while a batch is put together they are added to it. */
  async open(files: readonly FileEntry[]): Promise<void> {
    if (files.length === 0) return;
    if (this.dialog === 'batch' && this.batches.photos === null) {
      this.batches.draft.add(files);
      return;
    }
    offerBatch(this, files);
    await this.photos.open(files, await this.#defaults());
    void this.recent.load();
  }

  /** Restores the current photo, where it is looked at first. */
  restore(): void {
    void this.photo?.restore(this.view.visible);
  }

  /** Closes a photo; asks before, when something would be lost. */
  async close(photo = this.photo): Promise<void> {
    if (photo === null) return;
    await this.closing.request([photo], () => this.#try(() => this.photos.close(photo)));
  }

  /** The window is to close, and with it the program: asks about a batch at work, unless it `mayPause`, and once for all photos. */
  async closeWindow(mayPause = false): Promise<void> {
    const { signal } = this.#closed;
    if (this.batches.running !== null && !mayPause) {
      this.dialog = 'close-batch';
      return;
    }
    if (this.dialog === 'close-batch') this.dialog = null;
    const close = (): Promise<null> => this.api.call(signal, 'closeWindow', {});
    await this.closing.request(this.photos.list, () => this.#try(close));
  }

  /** For pasting it to other photos. */
  copyEdit(): void {
    if (this.photo === null) return;
    this.clipboard.copy(this.photo);
    this.notices.show('info', m.copied({ name: this.photo.info.name }));
  }

  /** Saves the edit and says where. What goes wrong stands at the photo (`persistence.failure`). */
  async save(photo = this.photo): Promise<void> {
    if (photo === null || !(await photo.persistence.save())) return;
    const { name, hasFolder } = photo.info;
    this.notices.show('done', hasFolder ? m.saved({ name }) : m.saved_inside({ name }));
  }

  /** Gives up what was recovered of a photo: it is opened as it was saved. */
  async discardRecovered(photo: PhotoState): Promise<void> {
    if (!(await photo.persistence.giveUp())) return;
    await this.#try(async () => this.photos.reopen(photo, await this.#defaults()));
  }

  /** Keeps a preference; that it could not be written is told, it holds for this session all the same. */
  keep(changes: Parameters<Preferences['set']>[0]): void {
    this.preferences.set(changes).catch((error: unknown) => {
      this.notices.show('warning', toErrorData(error).message);
    });
  }

  /** How a photo begins, by the user's settings; those of the program where they cannot be read. */
  async #defaults(): Promise<EditSettings> {
    const stored = await this.api.call(this.#closed.signal, 'readSettings', {}).catch(() => ({}));
    const { plugin, provider, tile, selfEnsemble, skip } = completeSettings(stored);
    return { ...DEFAULT_SETTINGS, plugin, provider, tile, selfEnsemble, skip };
  }

  /** The host is there again: what was not heard meanwhile is asked for. */
  async #reconnected(): Promise<void> {
    if (this.info === null) return this.start();
    this.notices.show('done', m.connection_back());
    await this.#try(() => this.preferences.load(this.#closed.signal));
    await this.#try(async () => this.photos.rejoin(await this.#defaults()));
    void this.batches.load();
    for (const loadable of [this.models, this.providers, this.recent]) {
      if (loadable.phase === 'failed') void loadable.load();
    }
    for (const photo of this.photos.list) {
      const broken = photo.model.error?.code === 'disconnected';
      if (photo.busy || broken) void photo.restore(photo === this.photo ? this.view.visible : null);
    }
  }

  /** What goes wrong is told. */
  async #try(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.notices.show('warning', toErrorData(error).message);
    }
  }

  async #take(choose: (signal: AbortSignal) => Promise<readonly FileEntry[]>): Promise<void> {
    this.intake = null;
    try {
      await this.open(await choose(this.#closed.signal));
    } catch (error) {
      const data = toErrorData(error);
      if (data.code !== 'cancelled') this.intake = data;
    }
  }

  #of(id: string): PhotoState | null {
    return this.photos.list.find(({ info }) => info.photo === id) ?? null;
  }
}

const KEY = Symbol('app');

/** Makes the state available to every component below. */
export function provideApp(app: App): App {
  return setContext(KEY, app);
}

export function useApp(): App {
  return getContext<App>(KEY);
}
