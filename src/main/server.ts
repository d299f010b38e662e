/** Entry of the browser host: the editor on 127.0.0.1, for a machine without a display or without Electron. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { toErrorData, UnsmearError } from '../shared/errors.js';
import { EXIT, exitCodeOfError } from './cli/exit.js';
import { interruptible } from './cli/interrupt.js';
import { runBrowserHost, type BrowserHostOptions } from './hosts/browser.js';
import { programFolder } from './plugins/places.js';

function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError('A port is a number from 0 to 65535.');
}

function collect(path: string, paths: readonly string[]): readonly string[] {
  return [...paths, path];
}

function version(): string {
  const text = readFileSync(join(programFolder(), 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

async function serve(options: Omit<BrowserHostOptions, 'version'>): Promise<void> {
  if (!existsSync(join(options.app, 'index.html'))) {
    throw new UnsmearError('file-missing', 'The editor is not built.', {
      hint: 'Run "npm run build".',
    });
  }
  const signal = interruptible(() => undefined);
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  await runBrowserHost(signal, { ...options, version: version() }, say);
}

async function main(argv: readonly string[]): Promise<void> {
  const program = new Command('unsmear-server')
    .description('Serves the editor to a browser of this computer.')
    .version(version())
    .exitOverride()
    .option('--port <number>', 'port on 127.0.0.1 (default: a free one)', parsePort, 0)
    .option('--open', "open the system's browser", false)
    .option('--root <folder>', 'a further folder to choose photos from', collect, [])
    .option('--app <folder>', 'the built editor', join(programFolder(), 'out', 'renderer'))
    .action(serve);
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
      return;
    }
    const { code, message, hint } = toErrorData(error);
    process.stderr.write(`error: ${message}\n${hint === undefined ? '' : `       ${hint}\n`}`);
    process.exitCode = exitCodeOfError(code);
  }
}

await main(process.argv);
