/** Starts the engine process. Electron hosts pass a spawner of their own (utilityProcess). */
import { fork } from 'node:child_process';
import { UnsmearError } from '../../../shared/core/errors.js';
import type { Channel } from '../../../shared/protocol/channel.js';
import { builtFile } from '../../storage/built-file.js';

export interface EngineProcess {
  readonly pid: number | undefined;
  readonly channel: Channel;
  /** Resolves when the process has ended; never rejects. */
  readonly exited: Promise<EngineExit>;
  kill(): void;
}

export interface EngineExit {
  readonly code: number | null;
  readonly signal: string | null;
  /** Last characters that it wrote to stderr. */
  readonly stderr: string;
}

/** Starts an engine with these arguments on its command line. */
export type SpawnEngine = (args: readonly string[]) => EngineProcess;

const STDERR_TAIL = 4000;

export function engineEntry(): string {
  return builtFile('engine.js');
}

export function forkEngine(args: readonly string[] = [], entry = engineEntry()): EngineProcess {
  const child = fork(entry, [...args], {
    // stdout is ignored: it would mix with the command line's JSON.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
    execArgv: [],
  });
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString('utf8')).slice(-STDERR_TAIL);
  });
  const exited = new Promise<EngineExit>((resolve) => {
    child.on('error', (error) => resolve({ code: null, signal: null, stderr: error.message }));
    child.on('exit', (code, signal) => resolve({ code, signal, stderr }));
  });
  return {
    pid: child.pid,
    exited,
    channel: {
      // `exited` reports the end; a write that races with it must not raise another error.
      post: (message) => child.connected && child.send(message as object, () => undefined),
      listen: (handler) => child.on('message', handler),
    },
    kill: () => child.kill('SIGKILL'),
  };
}

/** Engines of this program; an end by force kills them all. */
const running = new Set<EngineProcess>();
let ending = false;

/** Starts an engine with `start`. Throws `cancelled` after `endAllEngines`. */
export function startTracked(start: () => EngineProcess): EngineProcess {
  if (ending) throw new UnsmearError('cancelled');
  const engine = start();
  running.add(engine);
  void engine.exited.then(() => running.delete(engine));
  return engine;
}

/** Kills every engine, whatever it does, and refuses new ones: for the end of the program. */
export function endAllEngines(): void {
  ending = true;
  for (const engine of running) engine.kill();
}
