/**
 * Estimates a run's remaining time from the duration of each stage so far and how often it runs.
 */
export class TimeLeft {
  private readonly ms: number[] = [];
  private readonly ran: number[] = [];
  /** Number of tiles that ended with each stage. */
  private readonly ended: number[] = [];

  /** Adds a measurement: the time of a stage (from 0) of one copy of a tile, overhead included. */
  note(stage: number, ms: number, last: boolean): void {
    this.ms[stage] = (this.ms[stage] ?? 0) + ms;
    this.ran[stage] = (this.ran[stage] ?? 0) + 1;
    if (last) this.ended[stage] = (this.ended[stage] ?? 0) + 1;
  }

  /**
   * Returns the seconds for tiles that have `done` stages each; `null` until a tile has finished.
   * Assumes that a stage that has not run yet takes as long as the slowest one so far.
   */
  seconds(
    tiles: readonly { readonly done: number; readonly copies: number }[],
    stages: number,
  ): number | null {
    if (!this.ended.some((count) => count > 0)) return null;
    const means = Array.from({ length: stages }, (_, stage) => this.mean(stage));
    const slowest = Math.max(...means.map((mean) => mean ?? 0));
    let total = 0;
    for (const { done, copies } of tiles) {
      let needed = copies;
      for (let stage = done; stage < stages; stage++) {
        total += needed * (means[stage] ?? slowest);
        needed *= 1 - (this.ended[stage] ?? 0) / Math.max(1, this.ran[stage] ?? 0);
      }
    }
    return total / 1000;
  }

  private mean(stage: number): number | undefined {
    const ran = this.ran[stage] ?? 0;
    return ran === 0 ? undefined : (this.ms[stage] ?? 0) / ran;
  }
}
