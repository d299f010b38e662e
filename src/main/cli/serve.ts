/** The command `unsmear serve`, which is also the program `out/main/server.js`: serves the editor to a browser of this computer. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { UnsmearError } from '../../shared/core/errors.js';
import type { BrowserHostOptions } from '../hosts/http/browser.js';
import { programFolder } from '../storage/places.js';
import { printLine } from '../hosts/terminal.js';
import { interruptible } from './interrupt.js';
import { programVersion } from './version.js';

type Options = Omit<BrowserHostOptions, 'version' | 'photos'>;

/** Adds the arguments, the options and the action of `serve` to a command. */
export function asServe(command: Command): Command {
  return command
    .description('Serves the editor to a browser of this computer.')
    .argument('[photos...]', 'photos, or folders with photos, to open')
    .option('--port <number>', 'port on 127.0.0.1 (default: a free one)', parsePort, 0)
    .option('--open', "open the system's browser", false)
    .option('--root <folder>', 'a further folder to choose photos from', collect, [])
    .option('--app <folder>', 'the built editor', join(programFolder(), 'out', 'renderer'))
    .action(serve);
}

export function addServe(program: Command): void {
  asServe(program.command('serve'));
}

async function serve(photos: readonly string[], options: Options): Promise<void> {
  if (!existsSync(join(options.app, 'index.html'))) {
    throw new UnsmearError('file-missing', 'The editor is not built.', {
      hint: 'Run "npm run build".',
    });
  }
  const signal = interruptible(() => undefined);
  const say = (line: string): void => printLine(process.stdout, line);
  // Imported late: the other commands need no web server.
  const { runBrowserHost } = await import('../hosts/http/browser.js');
  await runBrowserHost(signal, { ...options, photos, version: programVersion() }, say);
}

function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError('A port is a number from 0 to 65535.');
}

function collect(path: string, paths: readonly string[]): readonly string[] {
  return [...paths, path];
}
