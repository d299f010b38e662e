/**
 * Who may use the network. The one-shot job holds it for its whole photo, the studio for one step (a tile's stage or its
 * rest) at a time, so a job that is asked for waits for one step and the studio goes on after the job. First come, first
 * served; pixels are served without it.
 */
export class NetworkLock {
  private tail: Promise<unknown> = Promise.resolve();

  hold<T>(work: () => Promise<T>): Promise<T> {
    const result = this.tail.then(work);
    this.tail = result.catch(() => undefined);
    return result;
  }
}

/** One run's turns with the network. Stopped, it takes no other one, and does not wait for one either. */
export class Turns {
  stopping = false;
  private working = false;
  private endWaiting: () => void = () => undefined;
  private readonly waitingEnds = new Promise<void>((resolve) => (this.endWaiting = resolve));

  constructor(private readonly network: NetworkLock) {}

  /** null: stopped before its turn came. Work that has begun is finished. */
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
