/**
 * Ctrl-C and its relatives. The first signal cancels: commands finish what takes a moment, clean up and
 * end by themselves. What does not stop in time is ended by force, so that the program always ends
 * within two seconds; a second signal forces at once.
 *
 * A handler runs only while the main thread is free, so nothing on it may compute for long.
 */
import { endAllEngines } from '../engine/supervisor/all-engines.js';
import { removeHeldScratch } from '../storage/scratch.js';
import { EXIT } from './exit.js';

/** Milliseconds from the first signal to the kill of the engines, which unblocks all that waits for them. */
const ENGINES_END_MS = 1200;
/** Milliseconds from the first signal to the end by force. */
const FORCE_MS = 1700;
/** `npm start` passes a SIGINT on as SIGTERM, because it cannot tell whether the terminal sent it to both. */
const SAME_REQUEST_MS = 500;

/** Returns a signal that aborts at the first SIGINT, SIGTERM or SIGHUP. `onForce` runs before a forced end. */
export function interruptible(onForce: () => void): AbortSignal {
  const controller = new AbortController();
  let first: { readonly name: NodeJS.Signals; readonly at: number } | null = null;
  const force = (name: NodeJS.Signals): void => {
    onForce();
    leave(name);
  };
  const interrupt = (name: NodeJS.Signals): void => {
    if (first !== null) {
      const passedOn = name !== first.name && performance.now() - first.at < SAME_REQUEST_MS;
      if (!passedOn) force(name);
      return;
    }
    first = { name, at: performance.now() };
    // Unreferenced: a command that has ended by then is not held up.
    setTimeout(endAllEngines, ENGINES_END_MS).unref();
    setTimeout(() => force(name), FORCE_MS).unref();
    controller.abort();
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, interrupt);
  return controller.signal;
}

/** Ends the program now, without its engines and scratch folders. */
function leave(name: NodeJS.Signals): void {
  endAllEngines();
  removeHeldScratch();
  if (process.platform === 'win32' || !hasPendingRequests()) process.exit(EXIT.interrupted);
  // `process.exit` waits for libuv's threads, and one of them may be stuck in a read that never
  // returns. The signal itself ends the process whatever its threads do; shells report 128 + number.
  process.removeAllListeners(name);
  process.kill(process.pid, name);
}

/** Returns whether libuv works on a request, such as opening a file on a network drive. */
function hasPendingRequests(): boolean {
  return process.getActiveResourcesInfo().some((resource) => resource.includes('Req'));
}
