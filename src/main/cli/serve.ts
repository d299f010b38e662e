/** The subcommand `unsmear serve`, which is also the program `out/main/server.js`. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UnsmearError } from '../../shared/core/errors.js';
import { runBrowserHost, type BrowserHostOptions } from '../hosts/http/browser.js';
import { printLine } from '../hosts/terminal.js';
import { interruptible } from './interrupt.js';
import { programVersion } from '../storage/places.js';

export type ServeOptions = Omit<BrowserHostOptions, 'version' | 'photos'>;

/** Serves the editor until a signal ends the program. Throws `file-missing` if it is not built. */
export async function serve(photos: readonly string[], options: ServeOptions): Promise<void> {
  if (!existsSync(join(options.app, 'index.html'))) {
    throw new UnsmearError('file-missing', { reason: 'editor' });
  }
  const signal = interruptible(() => undefined);
  const say = (line: string): void => printLine(process.stdout, line);
  await runBrowserHost(signal, { ...options, photos, version: programVersion() }, say);
}
