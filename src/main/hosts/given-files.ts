/** Photos that the system or the command line gave to the program: held until there is an editor that opens them. */
import { basename } from 'node:path';
import type { FileEntry } from '../../shared/api/calls.js';
import { toErrorData } from '../../shared/errors.js';
import type { FileReferences } from '../app/files.js';
import type { AppCalls, AppEvents, EventHub } from '../app/service.js';

export class GivenFiles {
  private waiting: FileEntry[] = [];
  private editors = 0;
  private ready = false;

  constructor(
    private readonly files: FileReferences,
    private readonly hub: EventHub,
  ) {}

  /** There is something to open, and no editor yet that has been told. */
  get areWaiting(): boolean {
    return this.waiting.length > 0;
  }

  /** Of a folder its photos. What is not there is told by `warn`, and the others are opened all the same. */
  async give(
    paths: readonly string[],
    warn: (line: string) => void = (line) => void process.stderr.write(`${line}\n`),
  ): Promise<void> {
    for (const path of paths) {
      try {
        this.waiting.push(...(await admitPhotos(this.files, path)));
      } catch (error) {
        warn(`${basename(path)}: ${toErrorData(error).message}`);
      }
    }
    if (this.ready) this.tell();
  }

  /** Wraps how events are listened to, to know when the last editor has left. */
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

  /** Wraps the last call of an editor's start: from its answer on it opens what it is told. */
  afterwards(call: AppCalls['readSettings']): AppCalls['readSettings'] {
    return async (...args) => {
      const answer = await call(...args);
      setImmediate(() => {
        this.ready = this.editors > 0;
        if (this.ready) this.tell();
      });
      return answer;
    };
  }

  private tell(): void {
    const files = this.waiting.splice(0);
    if (files.length > 0) this.hub.emit({ type: 'open-files', files });
  }
}

/** The photo, or the photos of the folder, that the user named. */
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
