/** Ends the engine when the process that started it ends, however that happens. */
import { isAlive } from '../storage/is-alive.js';

const PARENT = '--parent=';
const POLL_MS = 1000;

/** Returns the argument that tells an engine which process started it. */
export function parentArgument(): string {
  return `${PARENT}${process.pid}`;
}

interface ElectronPort {
  on(event: 'close', handler: () => void): void;
}

/**
 * Watches the parent from now on. Call before anything heavy is imported: a parent that is killed
 * during the imports must not go unnoticed.
 */
export function endWithParent(): void {
  const { parentPort } = process as unknown as { parentPort?: ElectronPort };
  if (parentPort === undefined) {
    process.on('disconnect', end);
    // The event may have come before this listener, while Node started.
    if (!process.connected) end();
    return;
  }
  // Electron does not document that its port reports the parent's death; the number always does.
  parentPort.on('close', end);
  const argument = process.argv.find((one) => one.startsWith(PARENT));
  if (argument === undefined) return;
  const pid = Number(argument.slice(PARENT.length));
  setInterval(() => {
    if (!isAlive(pid)) end();
  }, POLL_MS).unref();
}

/** `process.exit` would wait for the worker thread, which may be inside the runtime for minutes. */
function end(): void {
  process.kill(process.pid, 'SIGKILL');
}
