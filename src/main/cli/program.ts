/** Runs a command line; every error ends as a sentence on stderr and an exit code. */
import { Command, CommanderError } from 'commander';
import { printable } from '../../shared/core/printable.js';
import { toErrorData } from '../../shared/core/errors.js';
import { explain } from '../../shared/texts/explain.js';
import { printError, printLines } from '../hosts/terminal.js';
import { EXIT, exitCodeOfError } from './exit.js';
import { programVersion } from '../storage/places.js';

/** Creates a program that throws instead of ending the process. */
export function makeProgram(name: string): Command {
  return new Command(name)
    .version(programVersion())
    .configureOutput({
      writeOut: (text) => printLines(process.stdout, text),
      writeErr: (text) => printLines(process.stderr, text),
      outputError: (text, write) => write(printableUsageError(text)),
    })
    .exitOverride();
}

export async function runProgram(program: Command, argv: readonly string[]): Promise<void> {
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
      return;
    }
    const data = toErrorData(error);
    printError(process.stderr, explain(data, 'cli', 'en'));
    process.exitCode = exitCodeOfError(data.code);
  }
}

/** Suggestion that commander adds on a separate line; contains only names of options. */
const SUGGESTION = /\n\(Did you mean (?:one of )?[-\w, ]+\?\)$/;

/** Escapes a usage error, which quotes arguments. */
function printableUsageError(text: string): string {
  const whole = text.replace(/\n$/, '');
  const [suggestion = ''] = SUGGESTION.exec(whole) ?? [];
  return `${printable(whole.slice(0, whole.length - suggestion.length))}${suggestion}\n`;
}
