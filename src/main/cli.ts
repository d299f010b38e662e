/** Command-line entry: `bin/unsmear.js` imports what this is built to. */
import { addBatch } from './cli/batch-options.js';
import {
  addDeblur,
  addEvaluate,
  addModels,
  addProviders,
  addServe,
  addTriage,
} from './cli/commands.js';
import { makeProgram, runProgram } from './cli/program.js';

// A reader that closes the pipe early (`unsmear models | head -1`) is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

// Progress that nobody reads any more must not end the work.
process.stderr.on('error', () => undefined);

const program = makeProgram('unsmear')
  .description('Removes motion blur from photographs.')
  .showHelpAfterError('(--help lists the options)');
for (const add of [addDeblur, addBatch, addTriage, addEvaluate, addModels, addProviders, addServe])
  add(program);
await runProgram(program, process.argv);
