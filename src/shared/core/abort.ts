/** Waits for work that a signal may abort. */
import { UnsmearError } from './errors.js';

/** For work that nobody aborts. */
export const NEVER = new AbortController().signal;

/** Settles like `work`; calls `onAbort` if the signal aborts before that. */
export async function withAbort<T>(
  signal: AbortSignal,
  work: Promise<T>,
  onAbort: () => void,
): Promise<T> {
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await work;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Settles like `work`, or rejects with `cancelled` on an abort; `work` itself continues. */
export function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = () => reject(new UnsmearError('cancelled'));
    withAbort(signal, work, cancel).then(resolve, reject);
  });
}
