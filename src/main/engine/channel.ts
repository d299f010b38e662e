/** Message channels (process, thread, Electron port) behind one small interface, and RPC on top. */
import { createBirpc, type BirpcReturn } from 'birpc';
import { toErrorData, UnsmearError, type ErrorCode } from '../../shared/errors.js';
import type { Outcome } from './protocol.js';

export interface Channel {
  post(message: unknown): void;
  listen(handler: (message: unknown) => void): void;
}

/** Connects both ways. Calls never time out: a photo may take an hour, and death closes the channel. */
export function connect<Remote extends object, Local extends object>(
  channel: Channel,
  local: Local,
): BirpcReturn<Remote, Local> {
  return createBirpc<Remote, Local>(local, {
    post: (message) => channel.post(message),
    on: (handler) => channel.listen(handler),
    timeout: -1,
  });
}

/** Runs and captures the error as a value. */
export async function outcome<T>(
  run: () => T | Promise<T>,
  fallback: ErrorCode = 'internal',
): Promise<Outcome<T>> {
  try {
    return { ok: true, value: await run() };
  } catch (error) {
    return { ok: false, error: toErrorData(error, fallback) };
  }
}

export function unwrap<T>(result: Outcome<T>): T {
  if (result.ok) return result.value;
  throw UnsmearError.fromData(result.error);
}
