/** An honest guess at what is left, from what this run has measured: how long a stage of one copy takes, how often it is needed. */
export class TimeLeft {
  private readonly ms: number[] = [];
  private readonly ran: number[] = [];
  /** Tiles that ended with a stage. */
  private readonly ended: number[] = [];

  /** One stage of one copy of a tile, by the clock, with everything that belongs to it. */
  note(stage: number, ms: number, last: boolean): void {
    this.ms[stage] = (this.ms[stage] ?? 0) + ms;
    this.ran[stage] = (this.ran[stage] ?? 0) + 1;
    if (last) this.ended[stage] = (this.ended[stage] ?? 0) + 1;
  }

  /**
   * Seconds for tiles of which each has `done` stages of its copies; null until a tile was finished. A stage that has not been met yet is
   * taken to need as long as the slowest that has.
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
