/** Keeps only the latest request: a new one aborts its predecessor, whose result is dropped. */
export class LatestRequest {
  #current: AbortController | null = null;

  /** Runs the work; resolves with `undefined`, also on failure, if a newer request replaced it. */
  async run<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
    this.#current?.abort();
    const mine = new AbortController();
    this.#current = mine;
    try {
      const value = await work(mine.signal);
      return this.#current === mine ? value : undefined;
    } catch (error) {
      if (this.#current === mine) throw error;
      return undefined;
    } finally {
      if (this.#current === mine) this.#current = null;
    }
  }

  get busy(): boolean {
    return this.#current !== null;
  }

  cancel(): void {
    this.#current?.abort();
    this.#current = null;
  }
}
