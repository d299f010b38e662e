/** Maps of tiles: their own, and where an octave has none, those of the coarser octaves. */
import type { Layer } from '../../storage/record-log.js';
import type { OutputMap } from '../../tiling/maps.js';
import type { OctaveTile } from './octave.js';
import type { TileStore } from './tile-store.js';

/** Side of a derived cell in pixels of the tile's octave. */
const CELL = 8;

/** Returns a tile's map; `undefined` if no octave has one there. */
export function readMap(store: TileStore, tile: OctaveTile, name: OutputMap): Layer | undefined {
  return store.map(tile.key, name) ?? derivedMap(store, tile, name);
}

function derivedMap(store: TileStore, tile: OctaveTile, name: OutputMap): Layer | undefined {
  const sources = tile.octave.dependencies(tile).flatMap((source) => {
    const map = readMap(store, source, name);
    return map === undefined ? [] : [{ source, map }];
  });
  const [first] = sources;
  if (first === undefined) return undefined;
  const { tileWidth, tileHeight } = tile.octave.grid;
  const [w, h] = [Math.ceil(tileWidth / CELL), Math.ceil(tileHeight / CELL)];
  const channels = first.map.shape[0] ?? 1;
  const data = new Float32Array(channels * h * w);
  for (let row = 0; row < h; row++) {
    const y = (tile.tile.y + (row + 0.5) * CELL) / 2;
    for (let column = 0; column < w; column++) {
      const x = (tile.tile.x + (column + 0.5) * CELL) / 2;
      const found = sources.find(({ source }) => {
        const { rect } = source.tile;
        return x >= rect.x && x < rect.x + rect.w && y >= rect.y && y < rect.y + rect.h;
      });
      if (found === undefined) continue;
      for (let c = 0; c < channels; c++) {
        data[(c * h + row) * w + column] = valueAt(found.map, found.source, x, y, c);
      }
    }
  }
  return { name, type: 'float32', shape: [channels, h, w], data };
}

/** Returns the value of a map at a pixel of its tile's octave. */
function valueAt(
  map: Layer,
  { tile, octave }: OctaveTile,
  x: number,
  y: number,
  c: number,
): number {
  const [, h = 1, w = 1] = map.shape;
  const column = Math.floor(((x - tile.x) * w) / octave.grid.tileWidth);
  const row = Math.floor(((y - tile.y) * h) / octave.grid.tileHeight);
  return map.data[(c * h + row) * w + column]!;
}
