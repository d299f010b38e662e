/** Runs of all sessions, and scoring of open photos in their pauses. */
import type { Run } from './run.js';

/** Lets one run compute at a time: the newest request stops the earlier one. */
export class Runs {
  current: Run | null = null;
  private last: Promise<unknown> = Promise.resolve();
  private scoring = new AbortController();

  /** Starts the run that `make` returns, after the one in progress has stopped. */
  begin(make: (after: Promise<unknown>) => Run, ended: () => void): void {
    void this.current?.stop();
    this.scoring.abort();
    const run = make(this.last);
    this.current = run;
    this.last = run.ended.then(() => {
      if (this.current === run) this.current = null;
      ended();
    });
  }

  /** Returns the run of a session, `null` if it has none. */
  of(session: string): Run | null {
    return this.current?.session === session ? this.current : null;
  }

  /** Makes scoring start over in the next pause. */
  interruptScoring(): void {
    this.scoring.abort();
  }

  /**
   * Waits for a pause and calls `work`; again in the next pause if a run begins meanwhile. Returns
   * `null` as soon as `wanted` is false.
   */
  async inPause<T>(wanted: () => boolean, work: (signal: AbortSignal) => Promise<T>) {
    for (;;) {
      while (this.current !== null) await this.last;
      if (!wanted()) return null;
      const { signal } = (this.scoring = new AbortController());
      try {
        return await work(signal);
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    }
  }
}
