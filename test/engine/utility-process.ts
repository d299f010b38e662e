/** Implements Electron's `UtilityProcess` over Node's child process. */
import { fork, type ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { constants } from 'node:os';
import type { Utility } from '../../src/main/hosts/electron/engine.js';

/**
 * Makes `process.parentPort` in the child: it emits `{ data }`, from the first `message` listener
 * on.
 */
const PARENT_PORT = `data:text/javascript,${encodeURIComponent(`
  const { EventEmitter } = await import('node:events');
  const { isMainThread } = await import('node:worker_threads');
  if (isMainThread) {
    const port = new EventEmitter();
    port.postMessage = (message) => process.send(message);
    port.on('newListener', (name) => {
      if (name !== 'message' || port.listenerCount('message') > 0) return;
      process.on('message', (data) => port.emit('message', { data, ports: [] }));
    });
    process.parentPort = port;
  }
`)}`;

export class UtilityProcess extends EventEmitter implements Utility {
  private readonly child: ChildProcess;
  private state: 'starting' | 'running' | 'gone' = 'starting';

  constructor(entry: string, args: readonly string[] = []) {
    super();
    this.child = fork(entry, [...args], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'advanced',
      execArgv: ['--import', PARENT_PORT],
    });
    this.child.on('spawn', () => {
      this.state = 'running';
      this.emit('spawn');
    });
    this.child.on('message', (message) => this.emit('message', message));
    this.child.on('exit', (code, signal) => {
      this.state = 'gone';
      // Electron reports a signal as its number, like a code.
      this.emit('exit', signal === null ? code : constants.signals[signal]);
    });
  }

  /** Process id; `undefined` unless it runs. */
  get pid(): number | undefined {
    return this.state === 'running' ? this.child.pid : undefined;
  }

  get stderr(): NodeJS.ReadableStream | null {
    return this.child.stderr;
  }

  postMessage(message: unknown): void {
    if (this.state === 'gone') throw new Error('The process is gone.');
    this.child.send(message as object, () => undefined);
  }

  kill(): boolean {
    return this.state === 'running' && this.child.kill();
  }
}
