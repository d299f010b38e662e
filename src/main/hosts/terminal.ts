/**
 * Writes to the terminal. A lint rule forbids writing to stdout and stderr elsewhere, but for the progress bar. Callers pass one line
 * without its end; it is escaped as a whole, so a file name or a plug-in adds neither a line nor a control sequence.
 */
import type { ErrorData } from '../../shared/core/errors.js';
import { printable, printableJson, printableLines } from '../../shared/core/printable.js';

/** Writes one line. */
export function printLine(stream: NodeJS.WritableStream, text: string): void {
  stream.write(`${printable(text)}\n`);
}

/** Prints an error, and its hint on a line of its own. */
export function printError(
  stream: NodeJS.WritableStream,
  { message, hint }: Pick<ErrorData, 'message' | 'hint'>,
): void {
  printLine(stream, `error: ${message}`);
  if (hint !== undefined) printLine(stream, `       ${hint}`);
}

/** Writes text of several lines: help, stack traces. */
export function printLines(stream: NodeJS.WritableStream, text: string): void {
  stream.write(printableLines(text));
}

/** Writes one JSON document that parses to exactly these values, infinite numbers excepted. */
export function printJson(stream: NodeJS.WritableStream, document: unknown): void {
  stream.write(`${printableJson(document, finite)}\n`);
}

/** Writes a path that ends with a null character, exactly as it is unless people read it on a terminal. */
export function printPath0(stream: NodeJS.WriteStream, path: string): void {
  stream.write(`${stream.isTTY ? printable(path) : path}\0`);
}

/** JSON knows no infinity: the PSNR of equal pictures becomes a number that no real one reaches. */
function finite(_key: string, value: unknown): unknown {
  return value === Infinity ? 999 : value;
}
