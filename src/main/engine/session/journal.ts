/**
 * The finished tiles of one photo, on disk in a private folder. A crash of the engine costs the tile
 * in flight and no other, and the photo's memory does not hold residuals: composing reads them back
 * band by band.
 */
import { join } from 'node:path';
import type { SkipReason } from '../../../shared/contracts/restore.js';
import { RecordLog, type Layer, type LayerInfo, type Stored } from '../../storage/record-log.js';

export type { Layer, LayerInfo } from '../../storage/record-log.js';

/**
 * Layers: `residual` is the final one, `stageN` the residual after stage N (interleaved int16), else a map's name
 * (float32, [channels, h, w]).
 */
export interface TileRecord {
  readonly tile: number;
  readonly skipped: SkipReason | null;
  /** Milliseconds in `session.run` by stage; shorter when later stages were not needed. */
  readonly stageMs: readonly number[];
  readonly warnings: readonly string[];
  readonly layers: readonly LayerInfo[];
}

export class Journal {
  private constructor(
    private readonly log: RecordLog<TileRecord>,
    private readonly stored: Map<number, Stored<TileRecord>>,
  ) {}

  /** Opens or makes the journal in `folder`; keeps finished tiles when `signature` matches. */
  static open(folder: string, signature: string): Journal {
    const stored = new Map<number, Stored<TileRecord>>();
    const log = RecordLog.open<TileRecord>(join(folder, 'tiles.bin'), signature, (entry) => {
      stored.set(entry.record.tile, entry);
    });
    return new Journal(log, stored);
  }

  get(tile: number): TileRecord | undefined {
    return this.stored.get(tile)?.record;
  }

  records(): TileRecord[] {
    return [...this.stored.values()].map((entry) => entry.record);
  }

  add(record: Omit<TileRecord, 'layers'>, layers: readonly Layer[]): void {
    this.stored.set(record.tile, this.log.add(record, layers));
  }

  has(tile: number, name: string): boolean {
    return this.get(tile)?.layers.some((layer) => layer.name === name) ?? false;
  }

  /** Reads one layer of a tile back, or undefined when the tile has none by this name. */
  read(tile: number, name: string): Layer | undefined {
    const entry = this.stored.get(tile);
    return entry && this.log.read(entry, name);
  }

  close(): void {
    this.log.close();
  }
}
