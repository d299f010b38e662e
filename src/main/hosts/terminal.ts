/**
 * Writes to the terminal; a lint rule forbids other writes to stdout and stderr, except for the
 * progress bar. Each line is escaped as a whole, so that a file name or a plug-in adds neither a
 * line nor a control sequence.
 */
import type { ErrorText } from '../../shared/texts/explain.js';
import { printable, printableJson, printableLines } from '../../shared/core/printable.js';

/** Writes one line. */
export function printLine(stream: NodeJS.WritableStream, text: string): void {
  stream.write(`${printable(text)}\n`);
}

/** Writes an error, and its hint on a line of its own. */
export function printError(stream: NodeJS.WritableStream, { message, hint }: ErrorText): void {
  printLine(stream, `error: ${message}`);
  if (hint !== undefined) printLine(stream, `       ${hint}`);
}

/** Writes text of several lines: help, stack traces. */
export function printLines(stream: NodeJS.WritableStream, text: string): void {
  stream.write(printableLines(text));
}

/** Writes a JSON document that parses to the same values, except infinite numbers. */
export function printJson(stream: NodeJS.WritableStream, document: unknown): void {
  stream.write(`${printableJson(document, finite)}\n`);
}

/** Writes a path and a null character; escapes the path on a terminal. */
export function printPath0(stream: NodeJS.WriteStream, path: string): void {
  stream.write(`${stream.isTTY ? printable(path) : path}\0`);
}

/** Replaces infinity, which JSON lacks: 999 dB stands for the PSNR of equal pictures. */
function finite(_key: string, value: unknown): unknown {
  return value === Infinity ? 999 : value;
}
