/** The desktop host: one window, its services and the system's conventions, from start to quit. */
import {
  app,
  dialog,
  nativeTheme,
  powerMonitor,
  powerSaveBlocker,
  shell,
  utilityProcess,
} from 'electron';
import { join } from 'node:path';
import { z } from 'zod';
import { completeSettings } from '../../../shared/contracts/settings.js';
import type { AppCalls, ServedCalls } from '../../app/service.js';
import type { Revealer } from '../../app/reveal.js';
import { engineEntry } from '../../engine/supervisor/spawn.js';
import { outsideArchive, programFolder } from '../../storage/places.js';
import { desktopCalls } from './dialogs.js';
import { utilityEngine } from './engine.js';
import { listenToEditor } from './ipc.js';
import { DesktopMemory } from './memory.js';
import { NativeMenu } from './native-menu.js';
import { declareScheme, secureSession } from './session.js';
import { EditorWindow } from './window.js';
import { logFault, makeServices, type Services } from '../services.js';

interface ElectronHostOptions {
  readonly version: string;
  /** Photos from the command line. */
  readonly photos: readonly string[];
}

/** Data that a second start of the program sends to the first. */
const SecondStart = z.object({ photos: z.array(z.string()).max(10_000) });

/** Longest time that a quit waits for the engine in ms; then the engine is killed. */
const GOODBYE_MS = 5000;

const FILE_MANAGER: Revealer = {
  available: true,
  reveal: (path) => {
    shell.showItemInFolder(path);
    return Promise.resolve();
  },
};

export class ElectronHost {
  private readonly services: Services;
  private readonly memory = new DesktopMemory();
  private window: EditorWindow | null = null;
  private menu: NativeMenu | null = null;
  private ended = false;

  /** Must be called before the application is ready. */
  constructor(private readonly options: ElectronHostOptions) {
    declareScheme();
    this.services = makeServices({
      version: options.version,
      host: 'electron',
      revealer: FILE_MANAGER,
      keepAwake: () => {
        const blocker = powerSaveBlocker.start('prevent-app-suspension');
        return () => void powerSaveBlocker.stop(blocker);
      },
      // Shown on the icon in the dock or taskbar; a negative share removes it.
      showProgress: (share) => this.window?.native.setProgressBar(share ?? -1),
      spawn: (args) =>
        utilityEngine(
          utilityProcess.fork(outsideArchive(engineEntry()), [...args], {
            serviceName: 'Unsmear engine',
            stdio: ['ignore', 'ignore', 'pipe'],
          }),
        ),
    });
    this.followSystem();
  }

  async start(): Promise<void> {
    const { services } = this;
    await app.whenReady();
    await this.memory.load();
    this.menu = new NativeMenu((command) => services.hub.emit({ type: 'command', command }));
    const service: ServedCalls = { ...this.calls(), onEvent: services.onEvent };
    const { pixels, files, uploads, downloads } = services;
    secureSession({
      ...{ pixels, downloads, onFault: logFault },
      app: join(programFolder(), 'out', 'renderer'),
    });
    listenToEditor({
      ...{ service, files, uploads, onFault: logFault },
      window: () => this.window,
      left: () => this.menu?.clear(),
    });
    this.followTheme(await services.settings.read());
    await services.given.give(this.options.photos);
    this.openWindow();
    // `powerMonitor` works only now. The autosave has the edit, so the editor need not ask.
    powerMonitor.on('shutdown', () => {
      this.window?.closing.hurry();
      app.quit();
    });
  }

  private openWindow(): void {
    this.window = new EditorWindow({
      preload: join(programFolder(), 'out', 'preload', 'index.cjs'),
      development: !app.isPackaged,
      memory: this.memory,
      askEditor: () => this.services.hub.emit({ type: 'command', command: 'close-window' }),
      closed: (action) => {
        this.window = null;
        void this.services.closePhotos();
        if (action === 'quit') app.quit();
      },
    });
  }

  /** Brings the window to the front. */
  private showWindow(): void {
    if (!app.isReady() || this.menu === null) return;
    if (this.window === null) this.openWindow();
    else this.window.focus();
  }

  private followSystem(): void {
    const { given } = this.services;
    app.on('second-instance', (_event, _argv, _folder, data) => {
      void given.give(SecondStart.safeParse(data).data?.photos ?? []);
      this.showWindow();
    });
    app.on('open-file', (event, path) => {
      event.preventDefault();
      void given.give([path]);
      this.showWindow();
    });
    app.on('activate', () => this.showWindow());
    // On macOS a program stays open without windows.
    app.on('window-all-closed', () => {
      if (process.platform !== 'darwin') app.quit();
    });
    app.on('before-quit', () => this.window?.closing.quit());
    app.on('will-quit', (event) => {
      if (this.ended) return;
      event.preventDefault();
      void this.end();
    });
  }

  private async end(): Promise<void> {
    const timeUp = new Promise((resolve) => setTimeout(resolve, GOODBYE_MS));
    await Promise.race([this.services.close(), timeUp]).catch((error: unknown) => {
      logFault('quit', error);
    });
    this.ended = true;
    app.quit();
  }

  /** Returns the calls of the services and those of this host. */
  private calls(): Partial<AppCalls> {
    const { calls, files, settings, isPrivate } = this.services;
    const { openPhoto, writeSettings } = calls;
    const desktop = desktopCalls(
      {
        ask: (options) =>
          this.window === null
            ? dialog.showOpenDialog(options)
            : dialog.showOpenDialog(this.window.native, options),
        closeWindow: () => void this.window?.agree(),
        showMenus: (menus) => this.menu?.show(menus),
        texts: () => this.menu!.texts,
      },
      files,
      this.memory,
    );
    return {
      ...calls,
      ...desktop,
      ...(openPhoto && {
        openPhoto: async (...args) => {
          const opened = await openPhoto(...args);
          const [, { file }] = args;
          const path = await files.resolve(file);
          if (!isPrivate(path)) app.addRecentDocument(path);
          return opened;
        },
      }),
      ...(writeSettings && {
        writeSettings: async (...args) => {
          await writeSettings(...args);
          this.followTheme(await settings.read());
          return null;
        },
      }),
    };
  }

  /** Applies the editor's theme to title bar, menus and dialogs. */
  private followTheme(settings: Readonly<Record<string, unknown>>): void {
    const { theme } = completeSettings(settings);
    nativeTheme.themeSource = theme === 'contrast' ? 'dark' : theme;
  }
}
