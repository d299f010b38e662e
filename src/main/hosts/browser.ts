/** The browser host with everything behind it, from start to Ctrl-C. */
import open from 'open';
import { keepAwake } from '../batch/awake.js';
import { systemRevealer } from '../app/reveal.js';
import { startHttpHost } from './http.js';
import { logFault, makeServices } from './services.js';

export interface BrowserHostOptions {
  readonly version: string;
  readonly port: number;
  readonly open: boolean;
  readonly root: readonly string[];
  /** Folder of the built editor. */
  readonly app: string;
  /** Opened by the first editor that comes. */
  readonly photos: readonly string[];
}

/** Serves until the signal is aborted, and leaves nothing behind. `say` gets the one line with the address. */
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
    try {
      say(`Unsmear is ready: ${host.address}`);
      if (options.open) await openBrowser(host.oneTimeAddress());
      await aborted(signal);
    } finally {
      await host.close();
    }
  } finally {
    await services.close();
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

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
