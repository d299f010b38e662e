/**
 * Prepares an engine process before anything heavy is imported: connects it with its parent, ends
 * it with the parent, lowers its priority for batches, and turns the runtime's telemetry off.
 */
import { constants, setPriority } from 'node:os';
import type { Channel } from '../../shared/protocol/channel.js';
import { isAlive } from '../storage/is-alive.js';

const PARENT = '--parent=';
const BACKGROUND = '--background';
const POLL_MS = 1000;

/** Returns the arguments for an engine that this process starts. */
export function engineArguments(background: boolean): string[] {
  return [`${PARENT}${process.pid}`, ...(background ? [BACKGROUND] : [])];
}

/** Electron's channel to the parent; `undefined` under plain Node. */
const { parentPort } = process as unknown as { parentPort?: ElectronPort };

interface ElectronPort {
  postMessage(message: unknown): void;
  on(event: 'message', handler: (event: { data: unknown }) => void): void;
  on(event: 'close', handler: () => void): void;
}

/** Returns the channel to `child_process.fork` or to Electron, whichever started this process. */
export function parentChannel(): Channel {
  if (parentPort) {
    return {
      post: (message) => parentPort.postMessage(message),
      listen: (handler) => parentPort.on('message', (event) => handler(event.data)),
    };
  }
  return {
    post: (message) => process.send?.(message),
    listen: (handler) => process.on('message', handler),
  };
}

/** Ends this process when its parent ends, even if the parent is killed during the imports. */
export function endWithParent(): void {
  if (parentPort === undefined) {
    process.on('disconnect', end);
    // The event may have come before this listener, while Node started.
    if (!process.connected) end();
    return;
  }
  // Electron does not document that its port reports the parent's death, so the pid is polled too.
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

/** Lowers the priority of background engines. Call before threads start: they inherit it. */
export function lowerPriority(): void {
  if (!process.argv.includes(BACKGROUND)) return;
  try {
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Not allowed in some containers: the engine then runs at normal priority.
  }
}

/**
 * Turns off ONNX Runtime's telemetry for this process and those that it starts: its Linux build
 * (1.30) resolves a telemetry host and writes `~/.cache/Microsoft/DeveloperTools/.onnxruntime`.
 * Call on the main thread, before the runtime loads: native code never sees a worker's
 * `process.env`.
 */
export function disableTelemetry(): void {
  process.env.ORT_DISABLE_TELEMETRY = '1';
}
