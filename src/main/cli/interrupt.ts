/**
 * Handles Ctrl-C and similar signals. The first one cancels: commands finish short work, clean up
 * and end by themselves. After two seconds at most, or at a second signal, the program is ended by
 * force.
 *
 * A handler runs only while the main thread is free, so nothing on it may compute for long.
 */
import { endAllEngines } from '../engine/supervisor/spawn.js';
import { removeHeldScratch } from '../storage/scratch.js';
import { EXIT } from './exit.js';

/** Milliseconds from the first signal until the engines are killed, unblocking their callers. */
const ENGINES_END_MS = 1200;
/** Milliseconds from the first signal until the forced end. */
const FORCE_MS = 1700;
/** `npm start` passes a SIGINT on as SIGTERM, which may repeat the terminal's own signal. */
const SAME_REQUEST_MS = 500;

/** Returns a signal that aborts at SIGINT, SIGTERM, SIGHUP. `onForce` runs before a forced end. */
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
    // Unreferenced timers do not delay a command that has ended.
    setTimeout(endAllEngines, ENGINES_END_MS).unref();
    setTimeout(() => force(name), FORCE_MS).unref();
    controller.abort();
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, interrupt);
  return controller.signal;
}

/** Ends the program, its engines and its scratch folders at once. */
function leave(name: NodeJS.Signals): void {
  endAllEngines();
  removeHeldScratch();
  if (process.platform === 'win32' || !hasPendingRequests()) process.exit(EXIT.interrupted);
  // `process.exit` waits for libuv's threads, and one may be stuck in a read that never returns.
  // The signal itself always ends the process; shells report 128 + number.
  process.removeAllListeners(name);
  process.kill(process.pid, name);
}

/** Returns whether libuv has pending requests, such as opening a file on a network drive. */
function hasPendingRequests(): boolean {
  return process.getActiveResourcesInfo().some((resource) => resource.includes('Req'));
}
