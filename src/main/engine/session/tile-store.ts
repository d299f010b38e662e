/**
 * Finished tiles of one photo, on disk in the photo's scratch folder, by a key of everything that a
 * tile's pixels depend on. Settings that were tried before, and tiles that a new hint does not
 * reach, are found here instead of computed. A crash costs the stages in flight.
 */
import { join } from 'node:path';
import { LRUCache } from 'lru-cache';
import { UnsmearError, type WarningData } from '../../../shared/core/errors.js';
import type { SkipReason } from '../../../shared/contracts/restore.js';
import { RecordLog, type Layer, type LayerInfo, type Stored } from '../../storage/record-log.js';
import type { StageChoice } from '../protocol.js';

/** One stored stage of one tile. */
interface StageRecord {
  readonly key: string;
  /** Number from 1; 0 = discards all earlier records of the tile. */
  readonly stage: number;
  /** Reason why the tile stays as the photo is; no stage follows. */
  readonly skipped: SkipReason | null;
  /** The tile needs no further stage. */
  readonly last: boolean;
  readonly warning: WarningData | null;
  /** Milliseconds inside the network of this stage and of earlier ones that were not stored. */
  readonly times: readonly StageMs[];
  /** `residual` (int16, interleaved) and maps (float32, [channels, h, w]). */
  readonly layers: readonly LayerInfo[];
}

export type StageMs = readonly [stage: number, ms: number];

type Entry = readonly Stored<StageRecord>[];

/** Residuals kept in memory: composing a window reads neighbours again and again. */
const CACHED = 12;

export class TileStore {
  private readonly residuals = new LRUCache<Stored<StageRecord>, Int16Array>({ max: CACHED });

  private constructor(
    private readonly log: RecordLog<StageRecord>,
    private readonly tiles: Map<string, Entry>,
  ) {}

  /** Opens or makes the store in `folder`; keeps its content if `signature` (the photo) matches. */
  static open(folder: string, signature: string): TileStore {
    const tiles = new Map<string, Entry>();
    const log = RecordLog.open<StageRecord>(join(folder, 'tiles.bin'), signature, (stored) =>
      enter(tiles, stored),
    );
    return new TileStore(log, tiles);
  }

  put(record: Omit<StageRecord, 'layers'>, layers: readonly Layer[]): void {
    enter(this.tiles, this.log.add(record, layers));
  }

  /** Discards a tile; it stays discarded after a crash. */
  forget(key: string): void {
    const nothing = { skipped: null, last: false, warning: null, times: [] };
    this.put({ key, stage: 0, ...nothing }, []);
  }

  /** Returns whether a tile has a stored stage up to `stage`. */
  has(key: string, stage: StageChoice): boolean {
    const entry = this.tiles.get(key) ?? [];
    return entry.some(({ record }) => stage === 'latest' || record.stage <= stage);
  }

  /** Returns the number of the tile's last stored stage; 0 = none. */
  stages(key: string): number {
    return this.latest(key)?.stage ?? 0;
  }

  latest(key: string): StageRecord | undefined {
    return this.tiles.get(key)?.at(-1)?.record;
  }

  /** Returns the milliseconds inside the network by stage. */
  times(key: string): StageMs[] {
    return (this.tiles.get(key) ?? []).flatMap(({ record }) => record.times);
  }

  /**
   * Returns the residual after `stage` or the nearest before it; `null` = the tile is unchanged.
   */
  residual(key: string, stage: StageChoice): Int16Array | null {
    const entry = this.tiles.get(key) ?? [];
    if (entry.some(({ record }) => record.skipped !== null)) return null;
    const stored =
      stage === 'latest' ? entry.at(-1) : entry.findLast(({ record }) => record.stage <= stage);
    return stored === undefined ? null : this.cached(stored);
  }

  /** Returns a tile's map: difficulty of the first stage that has it, other maps of the last. */
  map(key: string, name: string): Layer | undefined {
    const entry = this.tiles.get(key) ?? [];
    const having = entry.filter(({ record }) => record.layers.some((layer) => layer.name === name));
    const stored = name === 'difficulty' ? having[0] : having.at(-1);
    return stored && this.log.read(stored, name);
  }

  close(): void {
    this.log.close();
  }

  private cached(stored: Stored<StageRecord>): Int16Array | null {
    const data = this.residuals.get(stored) ?? this.log.read(stored, 'residual')?.data;
    if (!(data instanceof Int16Array)) return null;
    this.residuals.set(stored, data);
    return data;
  }
}

/** Adds a record. It replaces the records of the same and of later stages of its tile. */
function enter(tiles: Map<string, Entry>, stored: Stored<StageRecord>): void {
  const { key, stage } = stored.record;
  const earlier = (tiles.get(key) ?? []).filter(({ record }) => record.stage < stage);
  if (stage === 0) tiles.delete(key);
  else tiles.set(key, [...earlier, stored]);
}

interface SharedStore {
  readonly store: TileStore;
  readonly signature: string;
  users: number;
}

/**
 * Stores of the open photos. A file that is open twice, in two windows or after a reload, has one.
 */
export class TileStores {
  private readonly byFolder = new Map<string, SharedStore>();

  /** Throws `file-unreadable` if the photo has changed since its store was opened. */
  take(folder: string, signature: string): TileStore {
    const known = this.byFolder.get(folder);
    if (known === undefined) {
      const store = TileStore.open(folder, signature);
      this.byFolder.set(folder, { store, signature, users: 1 });
      return store;
    }
    if (known.signature !== signature) throw photoChanged();
    known.users++;
    return known.store;
  }

  /** Closes the folder's store when its last user has released it. */
  release(folder: string): void {
    const known = this.byFolder.get(folder);
    if (known === undefined || --known.users > 0) return;
    this.byFolder.delete(folder);
    known.store.close();
  }
}

export function photoChanged(): UnsmearError {
  return new UnsmearError('file-unreadable', { reason: 'changed' });
}
