/** The browser host with everything behind it, from start to Ctrl-C. */
import open from 'open';
import { FileReferences } from '../app/files.js';
import { Downloads } from '../app/downloads.js';
import { EditStore } from '../app/edits.js';
import { localCalls } from '../app/local-calls.js';
import { watchMemory } from '../app/memory.js';
import { Photos } from '../app/photos.js';
import { PrivateFolder } from '../app/private-folder.js';
import { RecentFiles } from '../app/recents.js';
import { systemRevealer } from '../app/reveal.js';
import { findRoots } from '../app/roots.js';
import { EventHub } from '../app/service.js';
import { SettingsStore } from '../app/settings.js';
import { Uploads } from '../app/uploads.js';
import { EngineClient } from '../engine/client.js';
import { startHttpHost } from './http.js';

export interface BrowserHostOptions {
  readonly version: string;
  readonly port: number;
  readonly open: boolean;
  readonly root: readonly string[];
  /** Folder of the built editor. */
  readonly app: string;
}

/** Serves until the signal is aborted, and leaves nothing behind. `say` gets the one line with the address. */
export async function runBrowserHost(
  signal: AbortSignal,
  options: BrowserHostOptions,
  say: (line: string) => void,
): Promise<void> {
  const files = new FileReferences(() => findRoots(options.root));
  const transfers = new PrivateFolder();
  const uploads = new Uploads(files, transfers);
  const revealer = systemRevealer();
  const engine = new EngineClient();
  const recents = new RecentFiles();
  const downloads = new Downloads(transfers);
  const hub = new EventHub();
  const isPrivate = (path: string) => transfers.holds(path);
  const photos = new Photos({
    ...{ engine, files, recents, downloads, hub, isPrivate },
    edits: new EditStore(),
  });
  const calls = localCalls({
    files,
    revealer,
    engine,
    recents,
    hub,
    settings: new SettingsStore(),
    info: {
      version: options.version,
      host: 'browser',
      platform: process.platform,
      chooser: 'folders',
      canReveal: revealer.available,
      uploadLimit: uploads.limit,
    },
  });
  const stopWatching = watchMemory(hub, engine);
  try {
    const host = await startHttpHost({
      port: options.port,
      app: options.app,
      service: { ...calls, ...photos.calls, onEvent: hub.onEvent },
      pixels: photos.pixels,
      uploads,
      downloads,
      onFault: logFault,
    });
    try {
      say(`Unsmear is ready: ${host.address}`);
      if (options.open) await openBrowser(host.oneTimeAddress());
      await aborted(signal);
    } finally {
      await host.close();
    }
  } finally {
    stopWatching();
    await photos.close();
    await engine.close();
    await transfers.close();
  }
}

/** Without a browser the address has been printed all the same. */
async function openBrowser(address: string): Promise<void> {
  try {
    const child = await open(address);
    child.on('error', noBrowser);
  } catch {
    noBrowser();
  }
}

function noBrowser(): void {
  process.stderr.write('No browser could be started: open the address in one.\n');
}

function logFault(call: string, error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${call}: ${text}\n`);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
