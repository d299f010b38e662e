/**
 * Errors as plain data. Every failure that leaves a module has one of these codes, so that a host can
 * choose an exit code, a translation or a retry without reading a sentence.
 */

export const ERROR_CODES = [
  'file-missing',
  'file-unreadable',
  'format-unsupported',
  'image-broken',
  'image-too-large',
  'output-unwritable',
  'output-exists',
  'output-is-input',
  'output-gone',
  'disk-full',
  'mask-invalid',
  'edit-invalid',
  'option-invalid',
  'plugin-missing',
  'plugin-invalid',
  'plugin-failed',
  'engine-missing',
  'engine-crashed',
  'out-of-memory',
  'cancelled',
  'journal-unusable',
  'disconnected',
  'internal',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** What crosses a process boundary. `cause` is the text of the underlying error, for logs only. */
export interface ErrorData {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly cause?: string | undefined;
}

export interface ErrorDetails {
  /** What the user can do about it, one sentence. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

export class UnsmearError extends Error {
  override readonly name = 'UnsmearError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.hint = details.hint;
  }

  toData(): ErrorData {
    return {
      code: this.code,
      message: this.message,
      ...(this.hint === undefined ? {} : { hint: this.hint }),
      ...(this.cause === undefined ? {} : { cause: describe(this.cause) }),
    };
  }

  static fromData(data: ErrorData): UnsmearError {
    return new UnsmearError(data.code, data.message, { hint: data.hint, cause: data.cause });
  }
}

/** Anything that was thrown, as an UnsmearError; unknown errors become `fallback`. */
export function toUnsmearError(error: unknown, fallback: ErrorCode = 'internal'): UnsmearError {
  if (error instanceof UnsmearError) return error;
  if (isAbort(error)) return new UnsmearError('cancelled', 'Cancelled.', { cause: error });
  if (isErrorData(error)) return UnsmearError.fromData(error);
  return fromSystemError(error) ?? new UnsmearError(fallback, describe(error), { cause: error });
}

export function toErrorData(error: unknown, fallback: ErrorCode = 'internal'): ErrorData {
  return toUnsmearError(error, fallback).toData();
}

export function isErrorData(value: unknown): value is ErrorData {
  if (typeof value !== 'object' || value === null) return false;
  const { code, message } = value as { code?: unknown; message?: unknown };
  return typeof message === 'string' && (ERROR_CODES as readonly unknown[]).includes(code);
}

/** Throws `cancelled` when the signal is aborted. */
export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new UnsmearError('cancelled', 'Cancelled.');
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

function describe(error: unknown): string {
  if (error instanceof Error) return error.message;
  return typeof error === 'string' ? error : String(error);
}

/** The errno codes whose meaning does not depend on what was being done. */
function fromSystemError(error: unknown): UnsmearError | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  switch (error.code) {
    case 'ENOENT':
      return new UnsmearError('file-missing', 'The file does not exist.', { cause: error });
    case 'EACCES':
    case 'EPERM':
      return new UnsmearError('file-unreadable', 'Access to the file was refused.', {
        cause: error,
      });
    case 'ENOSPC':
    case 'EDQUOT':
      return new UnsmearError('disk-full', 'The disk is full.', {
        hint: 'Free some space or choose another folder.',
        cause: error,
      });
    default:
      return undefined;
  }
}
