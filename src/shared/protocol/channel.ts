/** One interface for message channels (process, thread, port, socket), and results as messages. */
import { toErrorData, UnsmearError, type ErrorData, type FallbackCode } from '../core/errors.js';

export interface Channel {
  post(message: unknown): void;
  listen(handler: (message: unknown) => void): void;
}

/** A channel that ends when a window is closed or a connection is lost. */
export interface ClosableChannel extends Channel {
  /** Calls the handler once, asynchronously if the channel is closed already. */
  onClose(handler: () => void): void;
  close(): void;
}

/** A value or an error as data, because a thrown error would lose its code between processes. */
export type Outcome<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ErrorData };

/** Runs a function and returns its value or its error; `fallback` is the code of foreign errors. */
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

/** Returns the value, or throws the error as an UnsmearError. */
export function unwrap<T>(result: Outcome<T>): T {
  if (result.ok) return result.value;
  throw UnsmearError.fromData(result.error);
}
