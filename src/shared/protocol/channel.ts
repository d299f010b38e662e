/** Message channels (process, thread, port, socket) behind one small interface, and answers that travel over them. */
import { toErrorData, UnsmearError, type ErrorData, type FallbackCode } from '../core/errors.js';

export interface Channel {
  post(message: unknown): void;
  listen(handler: (message: unknown) => void): void;
}

/** A channel that can end: a window is closed, a connection is lost. */
export interface ClosableChannel extends Channel {
  /** Called once; soon when the channel is dead already. */
  onClose(handler: () => void): void;
  close(): void;
}

/** Errors travel as values: a thrown one would lose its code on the way. */
export type Outcome<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ErrorData };

/** Runs and captures the error as a value. */
export async function outcome<T>(
  run: () => T | Promise<T>,
  fallback: FallbackCode = 'internal',
): Promise<Outcome<T>> {
  try {
    return { ok: true, value: await run() };
  } catch (error) {
    return { ok: false, error: toErrorData(error, fallback) };
  }
}

/** The value, or the error thrown again. */
export function unwrap<T>(result: Outcome<T>): T {
  if (result.ok) return result.value;
  throw UnsmearError.fromData(result.error);
}
