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
