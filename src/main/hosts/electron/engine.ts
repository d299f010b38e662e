/** Runs the engine as a utility process, which uses Electron's own Node. */
import type { EngineExit, EngineProcess } from '../../engine/supervisor/spawn.js';

/** Part of Electron's `UtilityProcess` that is used. */
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
      // Electron reports a signal as an exit code.
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

/** Sends SIGKILL: `UtilityProcess.kill` sends SIGTERM, which a running tile does not handle. */
function kill(child: Utility): void {
  try {
    if (child.pid === undefined) child.kill();
    else process.kill(child.pid, 'SIGKILL');
  } catch {
    // The process has just ended; the exit event follows.
  }
}
