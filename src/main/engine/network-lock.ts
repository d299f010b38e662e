/** Shares the network between runs, previews and blur scores, in the order of their requests. */
import { SerialQueue } from '../../shared/core/serial-queue.js';

/** Held for one step of a run (stages of one tile), one preview or one photo's blur score. */
export class NetworkLock {
  private readonly queue = new SerialQueue();

  hold<T>(work: () => Promise<T>): Promise<T> {
    return this.queue.run(work);
  }
}

/** Turns of one run at the network. A stopped run neither takes a further turn nor waits for it. */
export class Turns {
  stopping = false;
  private working = false;
  private endWaiting: () => void = () => undefined;
  private readonly waitingEnds = new Promise<void>((resolve) => (this.endWaiting = resolve));

  constructor(private readonly network: NetworkLock) {}

  /** Runs `work` when the network is free; returns `null` if the run is stopped before that. */
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
