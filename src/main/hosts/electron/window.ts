/** The editor's window: its position, how it closes, and that it shows nothing else. */
import { BrowserWindow, nativeTheme, screen, type WebContents } from 'electron';
import { EDITOR_URL, mayNavigate } from './address.js';
import { BACKGROUND } from './background.js';
import { Closing, type ClosingAction } from './closing.js';
import type { DesktopMemory } from './memory.js';
import { placeWindow, SMALLEST } from './placement.js';

interface WindowParts {
  /** Path of the preload script. */
  readonly preload: string;
  readonly development: boolean;
  readonly memory: DesktopMemory;
  /** Makes the editor ask its questions before the window closes. */
  readonly askEditor: () => void;
  readonly closed: (action: ClosingAction) => void;
}

/** A page that crashes again within this time (ms) is not reloaded. */
const RELOAD_MS = 10_000;

export class EditorWindow {
  readonly closing = new Closing();
  readonly native: BrowserWindow;
  private reloaded = 0;

  constructor(private readonly parts: WindowParts) {
    const { bounds, maximised } = placeWindow(parts.memory.kept.window, workAreas());
    this.native = new BrowserWindow({
      ...bounds,
      minWidth: SMALLEST.width,
      minHeight: SMALLEST.height,
      show: false,
      backgroundColor: nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light,
      webPreferences: {
        preload: parts.preload,
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        webSecurity: true,
        webviewTag: false,
        spellcheck: false,
        devTools: parts.development,
      },
    });
    this.native.once('ready-to-show', () => {
      if (maximised) this.native.maximize();
      this.native.show();
    });
    this.guardClosing();
    this.watchPage(this.native.webContents);
    void this.load();
  }

  focus(): void {
    if (this.native.isMinimized()) this.native.restore();
    this.native.focus();
  }

  /** Closes the window after the editor's consent. */
  agree(): ClosingAction {
    const action = this.closing.agree();
    this.native.close();
    return action;
  }

  private guardClosing(): void {
    this.native.on('close', (event) => {
      this.rememberPlace();
      if (this.closing.request() === 'let-go') return;
      event.preventDefault();
      this.parts.askEditor();
    });
    // Windows reports the end of the session to windows, other systems to the application.
    this.native.on('session-end', () => this.closing.hurry());
    this.native.once('closed', () => this.parts.closed(this.closing.followedBy));
  }

  private watchPage(contents: WebContents): void {
    contents.on('unresponsive', () => this.closing.editorAnswers(false));
    contents.on('responsive', () => this.closing.editorAnswers(true));
    // `close` asks the editor; a `beforeunload` question would block without a message.
    contents.on('will-prevent-unload', (event) => event.preventDefault());
    contents.on('render-process-gone', (_, { reason }) => {
      this.closing.editorConnected(false);
      if (reason === 'clean-exit' || Date.now() - this.reloaded < RELOAD_MS) return;
      this.reloaded = Date.now();
      void this.load();
    });
    void contents.setVisualZoomLevelLimits(1, 1);
  }

  private async load(): Promise<void> {
    try {
      await this.native.loadURL(EDITOR_URL);
    } catch (error) {
      // The window may have been closed while it loaded.
      if (!this.native.isDestroyed()) throw error;
    }
  }

  private rememberPlace(): void {
    const bounds = this.native.getNormalBounds();
    void this.parts.memory.keep({ window: { bounds, maximised: this.native.isMaximized() } });
  }
}

/** Prevents a page from leaving the editor, opening windows or embedding another page. */
export function confine(contents: WebContents): void {
  for (const event of ['will-frame-navigate', 'will-redirect'] as const) {
    contents.on(event as 'will-redirect', (details) => {
      if (!mayNavigate(details.url)) details.preventDefault();
    });
  }
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
}

function workAreas() {
  const main = screen.getPrimaryDisplay();
  const others = screen.getAllDisplays().filter(({ id }) => id !== main.id);
  return [main, ...others].map(({ workArea }) => workArea);
}
