/** The engine as a utility process: of the app, and so without Node's own command line. */
import type { EngineExit, EngineProcess } from '../../engine/supervisor/spawn.js';

/** What is used of Electron's `UtilityProcess`. */
export interface Utility {
  readonly pid: number | undefined;
  readonly stderr: NodeJS.ReadableStream | null;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  once(event: 'spawn', listener: () => void): unknown;
  once(event: 'exit', listener: (code: number) => void): unknown;
  postMessage(message: unknown): void;
  kill(): boolean;
}

const STDERR_TAIL = 4000;

export function utilityEngine(child: Utility): EngineProcess {
  let stderr = '';
  let state: 'starting' | 'running' | 'gone' = 'starting';
  let killed = false;
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString('utf8')).slice(-STDERR_TAIL);
  });
  const exited = new Promise<EngineExit>((resolve) => {
    child.once('exit', (code) => {
      state = 'gone';
      // A signal is not told apart from a code.
      resolve({ code, signal: null, stderr });
    });
  });
  child.once('spawn', () => {
    state = 'running';
    if (killed) kill(child);
  });
  return {
    get pid() {
      return child.pid;
    },
    exited,
    channel: {
      post: (message) => {
        if (state !== 'gone') child.postMessage(message);
      },
      listen: (handler) => child.on('message', handler),
    },
    kill: () => {
      killed = true;
      if (state === 'running') kill(child);
    },
  };
}

/** `kill` asks, and who is in the middle of a tile may not answer. */
function kill(child: Utility): void {
  try {
    if (child.pid === undefined) child.kill();
    else process.kill(child.pid, 'SIGKILL');
  } catch {
    // Gone in this moment; the exit is told.
  }
}
