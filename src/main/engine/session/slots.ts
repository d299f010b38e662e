/** Where the network keeps the states of tiles that wait between their stages. */

/** Bytes of states that may be kept. */
const PARKED_BYTES = 256 * 2 ** 20;
const MAX_PARKED = 16;
/** Slot 0 is the one-shot job's and the first look's. */
const FIRST_SLOT = 1;

export class Slots {
  /** How many tiles may wait; known once a stage has said what it needs. */
  limit = 1;
  private readonly taken = new Map<number, number>();

  get parked(): ReadonlySet<number> {
    return new Set(this.taken.keys());
  }

  /** What one tile keeps after its first stage. */
  learn(bytes: number): void {
    const fit = Math.floor(PARKED_BYTES / Math.max(1, bytes));
    this.limit = Math.min(MAX_PARKED, Math.max(1, fit));
  }

  /** The tile's own, a free one, or that of the tile that gives way: one that nobody sees, if there is one. */
  take(tile: number, isSeen: (tile: number) => boolean): number {
    const own = this.taken.get(tile);
    if (own !== undefined) return own;
    const used = new Set(this.taken.values());
    for (let slot = FIRST_SLOT; slot < FIRST_SLOT + this.limit; slot++) {
      if (!used.has(slot)) return slot;
    }
    const entries = [...this.taken];
    const [loser, slot] = entries.find(([index]) => !isSeen(index)) ?? entries[0]!;
    this.taken.delete(loser);
    return slot;
  }

  park(tile: number, slot: number): void {
    this.taken.set(tile, slot);
  }

  release(tile: number): void {
    this.taken.delete(tile);
  }

  /** The network has let go of everything. */
  clear(): void {
    this.taken.clear();
  }
}
