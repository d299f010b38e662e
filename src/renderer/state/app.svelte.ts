/** The whole editor's state over one connection to a host. */
import { getContext, setContext } from 'svelte';
import type { AppEvent, AppInfo, FileEntry } from '../../shared/api/calls.js';
import { toErrorData, type ErrorData } from '../../shared/errors.js';
import type { Api } from '../api.js';
import { startMaskWorker } from '../mask/start-worker.js';
import { Brush } from './brush.svelte.js';
import { Loadable } from './loadable.svelte.js';
import { MaskState } from './mask.svelte.js';
import { Notices } from './notices.svelte.js';
import type { PhotoState } from './photo.svelte.js';
import { RemotePicture } from './picture.svelte.js';
import { Photos } from './photos.svelte.js';
import { Preferences } from './preferences.svelte.js';
import { ViewState } from './view.svelte.js';

export type Dialog = 'shortcuts' | 'settings' | 'files' | 'folder';

export class App {
  readonly api: Api;
  readonly photos: Photos;
  readonly view = new ViewState();
  readonly brush = new Brush();
  readonly mask = new MaskState(this, startMaskWorker);
  readonly notices = new Notices();
  /** The map of the network that lies over the photo. */
  readonly map = new RemotePicture();
  readonly preferences: Preferences;
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

  constructor(api: Api) {
    this.api = api;
    this.photos = new Photos(api);
    this.preferences = new Preferences(api);
    this.models = new Loadable((signal) => api.call(signal, 'models', {}));
    this.providers = new Loadable((signal) => api.call(signal, 'providers', {}));
    this.recent = new Loadable((signal) => api.call(signal, 'recentPhotos', {}));
  }

  get photo(): PhotoState | null {
    return this.photos.current;
  }

  /** Greets the host, reads what is kept, and shows the sample on the very first start. */
  async start(): Promise<void> {
    const { signal } = this.#closed;
    const stop = this.api.subscribe((event) => this.hear(event));
    signal.addEventListener('abort', stop, { once: true });
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
    if (!this.preferences.values.welcomed) {
      this.keep({ welcomed: true });
      await this.openSample();
    }
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
        this.onCommand(event.command);
        return;
      case 'blur':
        this.photos.measured(event.photo, event.share);
        return;
      case 'settings':
        this.preferences.hear(event.settings);
        return;
      case 'memory':
        this.memory = event.bytes;
        return;
    }
  }

  /** The system's dialog, or the list of folders where the host has none. */
  async pick(): Promise<void> {
    if (this.info?.chooser === 'folders') this.dialog = 'files';
    else await this.#take((signal) => this.api.call(signal, 'pickPhotos', {}));
  }

  openSample(): Promise<void> {
    return this.#take(async (signal) => [await this.api.call(signal, 'samplePhoto', {})]);
  }

  /** Files that were dropped or pasted. */
  receive(files: readonly File[]): Promise<void> {
    return this.#take((signal) => this.api.receiveFiles(signal, files));
  }

  async open(files: readonly FileEntry[]): Promise<void> {
    await this.photos.open(files);
    void this.recent.load();
  }

  /** Restores the current photo, where it is looked at first. */
  restore(): void {
    void this.photo?.restore(this.view.visible);
  }

  /** Closes the current photo. */
  async close(): Promise<void> {
    if (this.photo === null) return;
    try {
      await this.photos.close(this.photo);
    } catch (error) {
      this.notices.show('warning', toErrorData(error).message);
    }
  }

  /** Keeps a preference; that it could not be written is told, it holds for this session all the same. */
  keep(changes: Parameters<Preferences['set']>[0]): void {
    this.preferences.set(changes).catch((error: unknown) => {
      this.notices.show('warning', toErrorData(error).message);
    });
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
