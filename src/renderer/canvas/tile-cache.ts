/**
 * Tiles in memory: what is wanted is loaded, what is wanted no longer is cancelled, what was used least recently goes first
 * when the bytes run out. It knows nothing of pictures: how a tile is loaded, weighed and freed is given.
 */

export interface TileRequest {
  /** Which tile, without its version. */
  readonly slot: string;
  /** A higher one replaces what is there; until it has come, the older one is shown. */
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
  /** Requests at the same time; browsers queue more than six per host anyway. */
  readonly parallel?: number;
  /** Something that is wanted has come, or has failed. */
  readonly changed: () => void;
}

export class TileCache<T> {
  readonly #store: TileStore<T>;
  readonly #options: TileCacheOptions;
  /** In order of use, least recently used first. */
  readonly #entries = new Map<string, Entry<T>>();
  readonly #flights = new Map<string, Flight>();
  /** The version that failed, by slot. */
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

  /** How many of the wanted tiles are not there yet in the wanted version. */
  get missing(): number {
    let count = 0;
    for (const request of this.#wanted.values()) if (this.#lacks(request)) count++;
    return count;
  }

  /** How many of the wanted tiles could not be loaded. */
  get failures(): number {
    let count = 0;
    for (const { slot, version } of this.#wanted.values()) {
      if (this.#failed.get(slot) === version) count++;
    }
    return count;
  }

  /** The tile in whatever version is there, and marks it as used. */
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

  /** From now on exactly these are wanted, the first ones first. */
  want(requests: readonly TileRequest[]): void {
    this.#wanted = new Map(requests.map((request) => [request.slot, request]));
    for (const [slot, flight] of this.#flights) {
      // A newer version does not cancel an older one under way: with many changes in a row nothing would ever arrive.
      if (!this.#wanted.has(slot)) this.#cancel(slot, flight);
    }
    for (const slot of this.#failed.keys()) if (!this.#wanted.has(slot)) this.#failed.delete(slot);
    this.#fill();
    this.#evict();
  }

  /** Asks again for what failed. */
  retry(): void {
    this.#failed.clear();
    this.#fill();
  }

  /** Frees the tiles whose slot matches, and everything without a filter. */
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
      // Which error it was does not matter here: the place is drawn from a coarser level, and the canvas offers to retry.
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

  /** What is wanted stays even above the limit: it is on the screen. */
  #evict(): void {
    for (const slot of [...this.#entries.keys()]) {
      if (this.#bytes <= this.#options.maxBytes) return;
      if (!this.#wanted.has(slot)) this.#remove(slot);
    }
  }
}
