/** Entry of the command line, imported by `bin/unsmear.js`. */
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

// The pipe may be closed early (`unsmear models | head -1`).
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

// Progress and messages may be lost, but the work continues.
process.stderr.on('error', () => undefined);

const program = makeProgram('unsmear')
  .description('Removes motion blur from photographs.')
  .showHelpAfterError('(--help lists the options)');
for (const add of [addDeblur, addBatch, addTriage, addEvaluate, addModels, addProviders, addServe])
  add(program);
await runProgram(program, process.argv);
