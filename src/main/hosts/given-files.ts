/** Queues photos from the system or the command line until an editor opens them. */
import { basename } from 'node:path';
import type { FileEntry } from '../../shared/protocol/calls.js';
import { toErrorData } from '../../shared/core/errors.js';
import { inEnglish } from '../../shared/texts/explain.js';
import type { FileReferences } from '../app/files.js';
import type { AppCalls, AppEvents, EventHub } from '../app/service.js';
import { printLine } from './terminal.js';

export class GivenFiles {
  private waiting: FileEntry[] = [];
  private editors = 0;
  private ready = false;

  constructor(
    private readonly files: FileReferences,
    private readonly hub: EventHub,
  ) {}

  /** Whether photos wait for an editor. */
  get areWaiting(): boolean {
    return this.waiting.length > 0;
  }

  /** Adds photos, and the photos of folders. `warn` is called for each path that cannot be read. */
  async give(
    paths: readonly string[],
    warn: (line: string) => void = (line) => printLine(process.stderr, line),
  ): Promise<void> {
    for (const path of paths) {
      try {
        this.waiting.push(...(await admitPhotos(this.files, path)));
      } catch (error) {
        const { message } = inEnglish(toErrorData(error));
        const name = basename(path);
        warn(message.includes(name) ? message : `${name}: ${message}`);
      }
    }
    if (this.ready) this.emitFiles();
  }

  /** Wraps `onEvent` to count editors. */
  watch(onEvent: AppEvents['onEvent']): AppEvents['onEvent'] {
    return (...args) => {
      const stop = onEvent(...args);
      this.editors += 1;
      return () => {
        stop();
        this.editors -= 1;
        if (this.editors === 0) this.ready = false;
      };
    };
  }

  /** Wraps the last call of an editor's start: after its answer the editor handles `open-files`. */
  afterwards(call: AppCalls['readSettings']): AppCalls['readSettings'] {
    return async (...args) => {
      const answer = await call(...args);
      setImmediate(() => {
        this.ready = this.editors > 0;
        if (this.ready) this.emitFiles();
      });
      return answer;
    };
  }

  private emitFiles(): void {
    const files = this.waiting.splice(0);
    if (files.length > 0) this.hub.emit({ type: 'open-files', files });
  }
}

/** Makes references to a photo that the user named, or to the photos of a folder. */
export async function admitPhotos(
  files: FileReferences,
  path: string,
  signal = new AbortController().signal,
): Promise<readonly FileEntry[]> {
  const entry = await files.admit(path);
  if (entry.kind === 'photo') return [entry];
  const { entries } = await files.list(signal, entry.ref);
  return entries.filter(({ kind }) => kind === 'photo');
}
