/** Runs a command line: usage and errors end as words on stderr and an exit code, never as a stack. */
import { Command, CommanderError } from 'commander';
import { toErrorData } from '../../shared/errors.js';
import { EXIT, exitCodeOfError } from './exit.js';
import { programVersion } from './version.js';

/** A program that throws instead of ending the process. */
export function makeProgram(name: string): Command {
  return new Command(name).version(programVersion()).exitOverride();
}

export async function runProgram(program: Command, argv: readonly string[]): Promise<void> {
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
