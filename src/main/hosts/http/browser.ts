/** Runs the browser host with all services, from its start to Ctrl-C. */
import { keepAwake } from '../../batch/awake.js';
import { systemRevealer } from '../../app/reveal.js';
import { printLine } from '../terminal.js';
import { BrowserStart } from './browser-start.js';
import { startHttpHost, type HttpHost } from './server.js';
import { logFault, makeServices } from '../services.js';

export interface BrowserHostOptions {
  readonly version: string;
  readonly port: number;
  readonly open: boolean;
  readonly root: readonly string[];
  /** Folder of the built editor. */
  readonly app: string;
  /** Opened by the first editor that connects. */
  readonly photos: readonly string[];
}

/** Serves until the signal aborts, then removes temporary files. `say` prints the address. */
export async function runBrowserHost(
  signal: AbortSignal,
  options: BrowserHostOptions,
  say: (line: string) => void,
): Promise<void> {
  const { version, root: roots } = options;
  const services = makeServices({
    version,
    roots,
    host: 'browser',
    revealer: systemRevealer(),
    keepAwake,
  });
  try {
    await services.given.give(options.photos);
    const host = await startHttpHost({
      port: options.port,
      app: options.app,
      service: { ...services.calls, onEvent: services.onEvent },
      pixels: services.pixels,
      uploads: services.uploads,
      downloads: services.downloads,
      onFault: logFault,
    });
    const start = new BrowserStart();
    try {
      say(`Unsmear is ready: ${host.address}`);
      if (options.open) await openBrowser(host, start);
      await aborted(signal);
    } finally {
      await host.close();
      if (options.open) await start.remove();
    }
  } finally {
    await services.close();
  }
}

/** Starts the browser with a one-time address; if that fails, the user opens the printed one. */
async function openBrowser(host: HttpHost, start: BrowserStart): Promise<void> {
  try {
    await start.open(
      host.oneTimeAddress(() => void start.remove()),
      noBrowser,
    );
  } catch {
    noBrowser();
    await start.remove();
  }
}

function noBrowser(): void {
  printLine(process.stderr, 'No browser could be started: open the address in one.');
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
