/**
 * Loads wanted tiles, cancels those no longer wanted, and evicts the least recently used ones above
 * a byte limit; wanted tiles stay. `TileStore` says how a tile is loaded, measured and freed.
 */

export interface TileRequest {
  /** Identity of the tile without its version. */
  readonly slot: string;
  /** A higher version replaces a lower one, which is shown until then. */
  readonly version: number;
  readonly url: string;
}

export interface TileStore<T> {
  load(signal: AbortSignal, url: string): Promise<T>;
  bytes(tile: T): number;
  free(tile: T): void;
}

interface Entry<T> {
  readonly tile: T;
  readonly version: number;
  readonly bytes: number;
}

interface Flight {
  readonly version: number;
  readonly abort: AbortController;
}

interface TileCacheOptions {
  readonly maxBytes: number;
  /** Maximum of concurrent requests; browsers allow six per host. */
  readonly parallel?: number;
  /** Called when a wanted tile has arrived or failed. */
  readonly changed: () => void;
}

export class TileCache<T> {
  readonly #store: TileStore<T>;
  readonly #options: TileCacheOptions;
  /** By slot, least recently used first. */
  readonly #entries = new Map<string, Entry<T>>();
  readonly #flights = new Map<string, Flight>();
  /** Failed version by slot. */
  readonly #failed = new Map<string, number>();
  #wanted = new Map<string, TileRequest>();
  #bytes = 0;

  constructor(store: TileStore<T>, options: TileCacheOptions) {
    this.#store = store;
    this.#options = options;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Number of wanted tiles not loaded in their wanted version. */
  get missing(): number {
    let count = 0;
    for (const request of this.#wanted.values()) if (this.#lacks(request)) count++;
    return count;
  }

  /** Number of wanted tiles that could not be loaded. */
  get failures(): number {
    let count = 0;
    for (const { slot, version } of this.#wanted.values()) {
      if (this.#failed.get(slot) === version) count++;
    }
    return count;
  }

  /** Returns the tile in any version and marks it as used. */
  get(slot: string): T | undefined {
    const entry = this.#entries.get(slot);
    if (entry === undefined) return undefined;
    this.#entries.delete(slot);
    this.#entries.set(slot, entry);
    return entry.tile;
  }

  has(slot: string): boolean {
    return this.#entries.has(slot);
  }

  /** Replaces the list of wanted tiles, most urgent first. */
  want(requests: readonly TileRequest[]): void {
    this.#wanted = new Map(requests.map((request) => [request.slot, request]));
    for (const [slot, flight] of this.#flights) {
      // A newer version does not cancel an older request: with frequent changes nothing would ever
      // arrive.
      if (!this.#wanted.has(slot)) this.#cancel(slot, flight);
    }
    for (const slot of this.#failed.keys()) if (!this.#wanted.has(slot)) this.#failed.delete(slot);
    this.#fill();
    this.#evict();
  }

  /** Requests the failed tiles again. */
  retry(): void {
    this.#failed.clear();
    this.#fill();
  }

  /** Frees the tiles whose slot matches; all of them by default. */
  drop(matches: (slot: string) => boolean = () => true): void {
    for (const slot of [...this.#wanted.keys()]) if (matches(slot)) this.#wanted.delete(slot);
    for (const [slot, flight] of this.#flights) if (matches(slot)) this.#cancel(slot, flight);
    for (const slot of this.#failed.keys()) if (matches(slot)) this.#failed.delete(slot);
    for (const slot of [...this.#entries.keys()]) if (matches(slot)) this.#remove(slot);
  }

  #lacks({ slot, version }: TileRequest): boolean {
    return (this.#entries.get(slot)?.version ?? -1) < version;
  }

  #fill(): void {
    const parallel = this.#options.parallel ?? 6;
    for (const request of this.#wanted.values()) {
      if (this.#flights.size >= parallel) return;
      if (this.#flights.has(request.slot) || !this.#lacks(request)) continue;
      if (this.#failed.get(request.slot) === request.version) continue;
      void this.#load(request);
    }
  }

  async #load({ slot, version, url }: TileRequest): Promise<void> {
    const flight: Flight = { version, abort: new AbortController() };
    this.#flights.set(slot, flight);
    try {
      const tile = await this.#store.load(flight.abort.signal, url);
      if (flight.abort.signal.aborted) this.#store.free(tile);
      else this.#keep(slot, version, tile);
    } catch {
      // The place is drawn from a coarser level, and the canvas offers to retry.
      if (!flight.abort.signal.aborted) this.#failed.set(slot, version);
    }
    if (this.#flights.get(slot) === flight) this.#flights.delete(slot);
    this.#fill();
    if (!flight.abort.signal.aborted) this.#options.changed();
  }

  #keep(slot: string, version: number, tile: T): void {
    this.#remove(slot);
    const bytes = this.#store.bytes(tile);
    this.#entries.set(slot, { tile, version, bytes });
    this.#bytes += bytes;
    this.#evict();
  }

  #cancel(slot: string, flight: Flight): void {
    this.#flights.delete(slot);
    flight.abort.abort();
  }

  #remove(slot: string): void {
    const entry = this.#entries.get(slot);
    if (entry === undefined) return;
    this.#entries.delete(slot);
    this.#bytes -= entry.bytes;
    this.#store.free(entry.tile);
  }

  /** Wanted tiles stay even above the limit, as they are on the screen. */
  #evict(): void {
    for (const slot of [...this.#entries.keys()]) {
      if (this.#bytes <= this.#options.maxBytes) return;
      if (!this.#wanted.has(slot)) this.#remove(slot);
    }
  }
}
