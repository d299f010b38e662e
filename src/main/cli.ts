/** Command-line entry: `bin/unsmear.js` imports what this is built to. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { toErrorData } from '../shared/errors.js';
import { addDeblur } from './cli/deblur.js';
import { addEvaluate } from './cli/evaluate.js';
import { EXIT, exitCodeOfError } from './cli/exit.js';
import { addModels, addProviders } from './cli/lists.js';
import { programFolder } from './plugins/places.js';

function version(): string {
  const text = readFileSync(join(programFolder(), 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

export async function main(argv: readonly string[]): Promise<void> {
  const program = new Command('unsmear')
    .description('Removes motion blur from photographs.')
    .version(version())
    .exitOverride()
    .showHelpAfterError('(--help lists the options)');
  for (const add of [addDeblur, addEvaluate, addModels, addProviders]) add(program);
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
      return;
    }
    const data = toErrorData(error);
    process.stderr.write(`error: ${data.message}\n`);
    process.exitCode = exitCodeOfError(data.code);
  }
}

// A reader that closes the pipe early (`unsmear models | head -1`) is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

// Progress that nobody reads any more must not end the work.
process.stderr.on('error', () => undefined);

await main(process.argv);
