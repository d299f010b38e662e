/** Exit codes: part of the command line's contract. */
import type { ErrorCode } from '../../shared/core/errors.js';

export const EXIT = {
  done: 0,
  usage: 2,
  someFailed: 3,
  nothingDone: 4,
  noEngine: 5,
  interrupted: 130,
} as const;

/** Errors of the request, not of a photo or the machine. */
const USAGE: readonly ErrorCode[] = [
  'batch-busy',
  'batch-missing',
  'name-invalid',
  'option-invalid',
  'pair-mismatch',
  'request-invalid',
];

export interface Counts {
  readonly done: number;
  readonly errors: readonly { readonly code: ErrorCode }[];
  readonly interrupted: boolean;
}

export function exitCode({ done, errors, interrupted }: Counts): number {
  if (interrupted) return EXIT.interrupted;
  if (errors.length === 0) return EXIT.done;
  if (done > 0) return EXIT.someFailed;
  return errors.every(({ code }) => code === 'engine-missing') ? EXIT.noEngine : EXIT.nothingDone;
}

export function exitCodeOfError(code: ErrorCode): number {
  if (code === 'cancelled') return EXIT.interrupted;
  if (code === 'engine-missing') return EXIT.noEngine;
  return USAGE.includes(code) ? EXIT.usage : EXIT.nothingDone;
}
