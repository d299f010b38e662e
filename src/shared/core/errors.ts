/**
 * Errors as data: a code with parameters, from which the edges (command line, editor) make
 * sentences. Modules decide on retries and exit codes by the code alone.
 */
import type {
  ErrorCode,
  ErrorData,
  ErrorKey,
  ErrorParams,
  NoParams,
  WarningData,
  WarningKey,
} from './error-params.js';

export type { ErrorCode, ErrorData, ErrorKey, ErrorParams, WarningData } from './error-params.js';

interface Options {
  readonly cause?: unknown;
}

/** A code with its parameters; codes without parameters can be given alone. */
type Arguments = {
  [C in ErrorCode]: NoParams extends ErrorParams[C]
    ? [code: C, params?: ErrorParams[C], options?: Options]
    : [code: C, params: ErrorParams[C], options?: Options];
}[ErrorCode];

export class UnsmearError extends Error {
  override readonly name = 'UnsmearError';
  readonly code: ErrorCode;
  readonly params: ErrorParams[ErrorCode];

  constructor(...[code, params, options]: Arguments) {
    // The text is for logs and test output; users read the sentences of `src/shared/texts`.
    super(
      params === undefined ? code : `${code} ${JSON.stringify(params)}`,
      options?.cause === undefined ? undefined : { cause: options.cause },
    );
    this.code = code;
    this.params = params ?? {};
  }

  toData(): ErrorData {
    const cause = this.cause === undefined ? {} : { cause: errorText(this.cause) };
    return { code: this.code, params: this.params, ...cause } as ErrorData;
  }

  static fromData({ code, params, cause }: ErrorData): UnsmearError {
    return new UnsmearError(...([code, params, { cause }] as Arguments));
  }
}

/** Codes that an error of unknown meaning can be given. */
export type FallbackCode =
  'internal' | 'file-unreadable' | 'output-unwritable' | 'plugin-invalid' | 'plugin-failed';

/** Converts anything that was thrown; an error of unknown meaning gets the code `fallback`. */
export function toUnsmearError(error: unknown, fallback: FallbackCode = 'internal'): UnsmearError {
  if (error instanceof UnsmearError) return error;
  if (isAbort(error)) return new UnsmearError('cancelled', {}, { cause: error });
  if (isErrorData(error)) return UnsmearError.fromData(error);
  return fromSystemError(error) ?? unknown(error, fallback);
}

export function toErrorData(error: unknown, fallback: FallbackCode = 'internal'): ErrorData {
  return toUnsmearError(error, fallback).toData();
}

/** Returns an error without causes, which may contain paths: for editors. */
export function withoutCause({ code, params }: ErrorData): ErrorData {
  const stripped = Object.entries(params as Readonly<Record<string, unknown>>).map(
    ([name, value]) => [name, isErrorData(value) ? withoutCause(value) : value],
  );
  return { code, params: Object.fromEntries(stripped) as unknown } as ErrorData;
}

/** Returns the name of the error's sentence. */
export function errorKey({ code, params }: Pick<ErrorData, 'code' | 'params'>): ErrorKey {
  return ('reason' in params ? `${code}.${params.reason}` : code) as ErrorKey;
}

/** Returns the name of the warning's sentence. */
export function warningKey({ code, params }: WarningData): WarningKey {
  return ('reason' in params ? `${code}.${params.reason}` : code) as WarningKey;
}

/** Returns a warning as an earlier version may have stored it: a sentence. */
export function storedWarning(stored: WarningData | string): WarningData {
  return typeof stored === 'string' ? { code: 'stored', params: { details: stored } } : stored;
}

export function isErrorData(value: unknown): value is ErrorData {
  if (typeof value !== 'object' || value === null) return false;
  const { code, params } = value as { code?: unknown; params?: unknown };
  return typeof code === 'string' && typeof params === 'object' && params !== null;
}

/** Throws `cancelled` when the signal is aborted. */
export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new UnsmearError('cancelled');
}

/** Returns the text of anything that was thrown, for `details`. */
export function errorText(error: unknown): string {
  if (isErrorData(error)) return 'details' in error.params ? error.params.details : errorKey(error);
  return error instanceof Error ? error.message : String(error);
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

function unknown(error: unknown, fallback: FallbackCode): UnsmearError {
  const details = errorText(error);
  if (fallback === 'internal') {
    return new UnsmearError('internal', { reason: 'unexpected', details }, { cause: error });
  }
  return new UnsmearError(fallback, { reason: 'other', details }, { cause: error });
}

/** Converts the system's errors whose meaning does not depend on what was being done. */
function fromSystemError(error: unknown): UnsmearError | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  const path = 'path' in error && typeof error.path === 'string' ? error.path : '';
  const name = path.split(/[\\/]/).at(-1) ?? '';
  const cause = { cause: error };
  switch (error.code) {
    case 'ENOENT':
      return name === ''
        ? new UnsmearError('file-missing', { reason: 'unnamed' }, cause)
        : new UnsmearError('file-missing', { reason: 'not-found', name }, cause);
    case 'EACCES':
    case 'EPERM':
      return name === ''
        ? new UnsmearError('file-unreadable', { reason: 'unnamed' }, cause)
        : new UnsmearError('file-unreadable', { reason: 'denied', name }, cause);
    case 'ENOSPC':
    case 'EDQUOT':
      return new UnsmearError('disk-full', { reason: 'unnamed' }, cause);
    default:
      return undefined;
  }
}
