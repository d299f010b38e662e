/** Entry of the browser host: the editor on 127.0.0.1, for a machine without a display or without Electron. */
import { makeProgram, runProgram } from './cli/program.js';
import { asServe } from './cli/commands.js';

await runProgram(asServe(makeProgram('unsmear-server')), process.argv);
