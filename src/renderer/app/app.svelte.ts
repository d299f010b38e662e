/**
 * The window's state: the editor, the state of every feature, and the routing of host events to
 * them.
 */
import { createContext } from 'svelte';
import * as m from '#texts/messages.js';
import type { FileEntry } from '../../shared/protocol/calls.js';
import type { AppEvent } from '../../shared/protocol/events.js';
import { toErrorData, type ErrorData } from '../../shared/core/errors.js';
import { Editor, provideEditor } from '../editor/editor.svelte.js';
import type { PhotoState } from '../editor/photo.svelte.js';
import { offerBatch, reportLeftBatch } from '../features/batch/batch-notices.js';
import { Batches, provideBatches } from '../features/batch/batches.svelte.js';
import { Exports, provideExports } from '../features/export/exports.svelte.js';
import { MapOverlay, provideMapOverlay } from '../features/inspect/map-overlay.svelte.js';
import { MaskState, provideMask } from '../features/mask/mask.svelte.js';
import { startMaskWorker } from '../features/mask/worker/client.js';
import { provideClipboard, SettingsClipboard } from '../features/presets/clipboard.svelte.js';
import { Presets, providePresets } from '../features/presets/presets.svelte.js';
import type { Api } from '../host/api.js';
import { Connection } from '../host/connection.svelte.js';
import { TabSession, type TabStorage } from './tab-session.svelte.js';

export class App extends Editor {
  readonly mask = new MaskState(this, startMaskWorker);
  readonly map = new MapOverlay(this);
  readonly batches: Batches;
  readonly exports: Exports;
  readonly presets: Presets;
  readonly clipboard = new SettingsClipboard();
  readonly connection: Connection;
  readonly session: TabSession;
  /** Why the host could not be reached at the start. */
  broken = $state.raw<ErrorData | null>(null);
  /** Memory of engine and host in bytes; `null` until the host reports it. */
  memory = $state<number | null>(null);
  /** Runs a command that the host's native menu names. */
  onCommand: (id: string) => void = () => undefined;
  #listening = false;

  constructor(api: Api, storage: TabStorage = sessionStorage) {
    super(api);
    this.batches = new Batches(api);
    this.exports = new Exports(api);
    this.presets = new Presets(api);
    this.connection = new Connection(api);
    this.session = new TabSession(storage, this.photos, this.view);
  }

  /** Connects to the host, loads the stored settings, and opens the sample at the first start. */
  async start(): Promise<void> {
    const { signal } = this;
    if (!this.#listening) {
      this.#listening = true;
      const ends = [
        this.api.subscribe((event) => this.handle(event)),
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
    void this.batches.load().then(() => reportLeftBatch(this, this.batches));
    await this.session.resume((files) => this.open(files));
    if (this.preferences.values.welcomed) return;
    this.keep({ welcomed: true });
    // Photos from the program's arguments arrive later, as an event.
    if (!this.info.photosGiven && this.photos.isEmpty) await this.openSample();
  }

  /** Routes an event of the host to the state that it changes. */
  handle(event: AppEvent): void {
    switch (event.type) {
      case 'result':
        this.#photoOf(event.photo)?.run.handle(event.result, event.event);
        return;
      case 'export': {
        const photo = this.#photoOf(event.photo);
        if (photo !== null) this.exports.of(photo).progress(event.done);
        return;
      }
      case 'open-files':
        void this.open(event.files);
        return;
      case 'command':
        if (event.command === 'close-window') void this.closeWindow();
        else this.onCommand(event.command);
        return;
      case 'batch':
      case 'batch-removed':
        this.batches.handle(event);
        // The batch that kept the window open has ended.
        if (this.dialog === 'close-batch' && this.batches.running === null) void this.closeWindow();
        return;
      case 'blur':
        this.photos.setBlur(event.photo, event.blur);
        return;
      case 'settings':
        this.preferences.handle(event.settings);
        return;
      case 'memory':
        this.memory = event.bytes;
        return;
    }
  }

  /** Opens photos, or adds them to the batch that is being set up. */
  override async open(files: readonly FileEntry[]): Promise<void> {
    if (files.length === 0) return;
    if (this.dialog === 'batch' && this.batches.photos === null) {
      this.batches.draft.add(files);
      return;
    }
    offerBatch(this, this.batches, files);
    await super.open(files);
  }

  /**
   * Closes the window and the program after asking about unsaved photos. A running batch keeps the
   * window open and shows a question unless it `mayPause`.
   */
  async closeWindow(mayPause = false): Promise<void> {
    if (this.batches.running !== null && !mayPause) {
      this.dialog = 'close-batch';
      return;
    }
    if (this.dialog === 'close-batch') this.dialog = null;
    const close = (): Promise<null> => this.api.call(this.signal, 'closeWindow', {});
    await this.closing.request(this.photos.list, () => this.attempt(close));
  }

  /** Copies the current photo's settings, to be pasted to other photos. */
  copyEdit(): void {
    if (this.photo === null) return;
    this.clipboard.copy(this.photo);
    this.notices.show('info', m.copied({ name: this.photo.info.name }));
  }

  /** Catches up after an interruption: reloads what changed and restarts work that was cut off. */
  async #reconnected(): Promise<void> {
    if (this.info === null) return this.start();
    this.notices.show('done', m.connection_back());
    await this.attempt(() => this.preferences.load(this.signal));
    await this.attempt(async () => this.photos.rejoin(await this.defaults()));
    void this.batches.load();
    for (const loadable of [this.models, this.providers, this.recent]) {
      if (loadable.phase === 'failed') void loadable.load();
    }
    for (const photo of this.photos.list) {
      const broken = photo.model.error?.code === 'disconnected';
      if (photo.busy || broken) void photo.restore(photo === this.photo ? this.view.visible : null);
    }
  }

  #photoOf(id: string): PhotoState | null {
    return this.photos.list.find(({ info }) => info.photo === id) ?? null;
  }
}

const [useApp, setApp] = createContext<App>();
export { useApp };

/** Makes the app, and each feature's state, available to every component below. */
export function provideApp(app: App): App {
  provideEditor(app);
  provideMask(app.mask);
  provideMapOverlay(app.map);
  provideBatches(app.batches);
  provideExports(app.exports);
  providePresets(app.presets);
  provideClipboard(app.clipboard);
  return setApp(app);
}
