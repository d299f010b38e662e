/** Runs asynchronous work one piece after the other, in the order of the calls. */
export class SerialQueue {
  private tail: Promise<unknown> = Promise.resolve();

  /** Resolves or rejects with the work's result; a failure does not stop what follows. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.tail.then(work);
    this.tail = result.catch(() => undefined);
    return result;
  }

  /** Resolves when everything that was queued before this call has ended. */
  async settled(): Promise<void> {
    await this.tail;
  }
}
