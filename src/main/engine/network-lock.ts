/** Shares the network between runs, previews and blur scores: first come, first served. */
import { SerialQueue } from '../../shared/core/serial-queue.js';

/** Held for one step of a run (stages of one tile), one preview or one photo's blur score. */
export class NetworkLock {
  private readonly queue = new SerialQueue();

  hold<T>(work: () => Promise<T>): Promise<T> {
    return this.queue.run(work);
  }
}

/** The turns of one run. A stopped run takes no further turn and does not wait for one. */
export class Turns {
  stopping = false;
  private working = false;
  private endWaiting: () => void = () => undefined;
  private readonly waitingEnds = new Promise<void>((resolve) => (this.endWaiting = resolve));

  constructor(private readonly network: NetworkLock) {}

  /** Runs `work` in its turn; `null` if the run was stopped before. Work that has begun is finished. */
  async take<T>(work: () => Promise<T>): Promise<T | null> {
    const turn = this.network.hold(async () => {
      if (this.stopping) return null;
      this.working = true;
      return work().finally(() => (this.working = false));
    });
    await Promise.race([turn, this.waitingEnds]);
    return this.stopping && !this.working ? null : turn;
  }

  stop(): void {
    this.stopping = true;
    this.endWaiting();
  }
}
