/** Entry of the browser host, for machines without a display or without Electron. */
import { makeProgram, runProgram } from './cli/program.js';
import { asServe } from './cli/commands.js';

await runProgram(asServe(makeProgram('unsmear-server')), process.argv);
