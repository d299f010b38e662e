/**
 * Every tile that was ever finished for one photo, by a key of all that it depends on, on disk in the photo's scratch folder.
 * A setting that was tried before, or a tile that a new hint does not reach, is found here and not computed. Each stage is a
 * record of its own, written when it is done, so that every stage can be shown and a crash costs the stage in flight.
 */
import { join } from 'node:path';
import type { SkipReason } from '../../../shared/contracts/restore.js';
import type { MapName } from '../tiling/maps.js';
import { RecordLog, type Layer, type LayerInfo, type Stored } from '../../storage/record-log.js';

export interface StageRecord {
  readonly key: string;
  /** 1-based; 0: what was there is given up. */
  readonly stage: number;
  /** Why the tile stays as it is; its later stages do not follow. */
  readonly skipped: SkipReason | null;
  /** The tile needs no other stage. */
  readonly last: boolean;
  readonly warning: string | null;
  /** `residual` (int16) and the stage's maps. */
  readonly layers: readonly LayerInfo[];
}

type Entry = readonly Stored<StageRecord>[];

/** Residuals kept in memory: neighbours are read again and again when a window is composed. */
const CACHED = 12;

export class TileStore {
  private readonly cache = new Map<Stored<StageRecord>, Int16Array>();

  private constructor(
    private readonly log: RecordLog<StageRecord>,
    private readonly tiles: Map<string, Entry>,
  ) {}

  /** Keeps what is there when it was made for the photo that `signature` names. */
  static open(folder: string, signature: string): TileStore {
    const tiles = new Map<string, Entry>();
    const log = RecordLog.open<StageRecord>(join(folder, 'studio.bin'), signature, (stored) =>
      enter(tiles, stored),
    );
    return new TileStore(log, tiles);
  }

  put(record: Omit<StageRecord, 'layers'>, layers: readonly Layer[]): void {
    enter(this.tiles, this.log.add(record, layers));
  }

  /** Forgets a tile, also after a crash. */
  forget(key: string): void {
    this.put({ key, stage: 0, skipped: null, last: false, warning: null }, []);
  }

  /** How many stages a tile has. */
  stages(key: string): number {
    return this.tiles.get(key)?.length ?? 0;
  }

  /** The tile's last record, whether or not others will follow. */
  latest(key: string): StageRecord | undefined {
    return this.tiles.get(key)?.at(-1)?.record;
  }

  /** After stage `stage`, or the nearest before it that there is; 0: the latest. null: as the photo is. */
  residual(key: string, stage: number): Int16Array | null {
    const entry = this.tiles.get(key);
    const stored = stage === 0 ? entry?.at(-1) : entry?.slice(0, stage).at(-1);
    if (!entry || !stored || entry.some(({ record }) => record.skipped !== null)) return null;
    return this.cached(stored);
  }

  /** Difficulty is the first stage's, which says where the photo is hard; other maps are the last stage's. */
  map(key: string, name: MapName): Layer | undefined {
    const entry = this.tiles.get(key) ?? [];
    const having = entry.filter(({ record }) => record.layers.some((layer) => layer.name === name));
    const stored = name === 'difficulty' ? having[0] : having.at(-1);
    return stored && this.log.read(stored, name);
  }

  close(): void {
    this.log.close();
  }

  private cached(stored: Stored<StageRecord>): Int16Array | null {
    const known = this.cache.get(stored);
    const data = known ?? this.log.read(stored, 'residual')?.data;
    if (!(data instanceof Int16Array)) return null;
    this.cache.delete(stored);
    this.cache.set(stored, data);
    for (const oldest of this.cache.keys()) {
      if (this.cache.size <= CACHED) break;
      this.cache.delete(oldest);
    }
    return data;
  }
}

/** A stage that is done again (on the CPU, after a crash) replaces the stages from there on. */
function enter(tiles: Map<string, Entry>, stored: Stored<StageRecord>): void {
  const { key, stage } = stored.record;
  if (stage === 0) tiles.delete(key);
  else tiles.set(key, [...(tiles.get(key) ?? []).slice(0, stage - 1), stored]);
}
