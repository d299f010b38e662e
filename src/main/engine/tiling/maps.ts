/**
 * Composes the maps of a photo's tiles into pictures. A tile's map is a coarse grid over the padded
 * tile; tiles are blended with the same weights as pixels.
 */
import { axisWeights, WEIGHT_ONE, type Grid, type Tile } from './grid.js';
import type { Layer } from '../../storage/record-log.js';

export const MAP_NAMES = ['difficulty', 'samples', 'attention', 'offsets'] as const;
export type MapName = (typeof MAP_NAMES)[number];

/** White in the difficulty picture: an expected absolute error of 1/8 of the range. */
export const DIFFICULTY_WHITE = 1 / 8;
/** Full saturation in the offsets picture: a displacement of 16 pixels. */
export const OFFSETS_FULL = 16;

export interface MapSource {
  /** Returns a tile's map; `undefined` if the tile has none of this name. */
  read(tile: number, name: MapName): Layer | undefined;
}

export interface MapPicture {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly data: Uint8Array;
}

/**
 * Returns a map as a picture, one byte per pixel and channel. Offsets are RGB (red dx, green dy
 * about 128, blue 128), others grey; attention is stretched to its range in the photo, without
 * outliers.
 * @param step distance in pixels between the sampled pixels and rows
 */
export function composeMap(grid: Grid, maps: MapSource, name: MapName, step = 1): MapPicture {
  const channels = name === 'offsets' ? 3 : 1;
  const width = Math.ceil(grid.width / step);
  const height = Math.ceil(grid.height / step);
  const data = new Uint8Array(width * height * channels);
  const toByte = byteScale(name, grid, maps);
  if (name === 'offsets') data.fill(128);
  // In bands, to bound the memory of the sums.
  for (const band of bandsOf(width, height, step)) {
    const sums = new Float32Array(width * band.rows * (channels === 3 ? 2 : 1));
    const [top, bottom] = [band.top * step, (band.top + band.rows) * step];
    for (const tile of grid.tiles) {
      if (tile.rect.y + tile.rect.h <= top || tile.rect.y >= bottom) continue;
      const layer = maps.read(tile.index, name);
      if (layer) addTile(sums, layer, grid, tile.index, band);
    }
    writeBand(data, sums, channels, band.top * width, width * band.rows, toByte);
  }
  return { width, height, channels, data };
}

/** Some rows of the picture, whose pixels are `step` apart in the photo. */
interface Band {
  readonly top: number;
  readonly rows: number;
  readonly width: number;
  readonly step: number;
}

function* bandsOf(width: number, height: number, step: number): Generator<Band> {
  const size = 256;
  for (let top = 0; top < height; top += size) {
    yield { top, rows: Math.min(size, height - top), width, step };
  }
}

function byteScale(name: MapName, grid: Grid, maps: MapSource): (value: number) => number {
  switch (name) {
    case 'difficulty':
      return (value) => (value / DIFFICULTY_WHITE) * 255;
    case 'samples':
      return (value) => value * 255;
    case 'offsets':
      return (value) => 128 + (value / OFFSETS_FULL) * 127;
    case 'attention': {
      const [low, high] = spread(name, grid, maps);
      return (value) => (high > low ? ((value - low) / (high - low)) * 255 : 0);
    }
  }
}

/** Share of values ignored at either end: extreme cells at the border would flatten the others. */
const OUTLIERS = 0.01;

/** Returns the range of a map's values in the photo, from at most 10,000 cells of each tile. */
function spread(name: MapName, grid: Grid, maps: MapSource): [number, number] {
  const values: number[] = [];
  for (const tile of grid.tiles) {
    const data = maps.read(tile.index, name)?.data ?? [];
    const step = Math.ceil(data.length / 10_000);
    for (let i = 0; i < data.length; i += step) values.push(data[i]!);
  }
  const sorted = Float64Array.from(values).sort();
  const last = sorted.length - 1;
  const at = (share: number) => sorted[Math.round(last * share)] ?? 0;
  return [at(OUTLIERS), at(1 - OUTLIERS)];
}

function addTile(sums: Float32Array, layer: Layer, grid: Grid, index: number, band: Band): void {
  const tile = grid.tiles[index];
  if (!tile) return;
  const [planes = 1, h = 1, w = 1] = layer.shape;
  const { step } = band;
  const wanted = sums.length / (band.width * band.rows);
  const across = axisWeights(grid.columns, tile.column);
  const down = axisWeights(grid.rows, tile.row);
  const { rect } = tile;
  const first = Math.max(band.top, Math.ceil(rect.y / step)) * step;
  const last = Math.min((band.top + band.rows) * step, rect.y + rect.h);
  for (let y = first; y < last; y += step) {
    const weightY = down[y - tile.y]!;
    const row = Math.min(h - 1, Math.floor(((y - tile.y) * h) / grid.tileHeight));
    for (let x = Math.ceil(rect.x / step) * step; x < rect.x + rect.w; x += step) {
      const weight = weightY * across[x - tile.x]!;
      const column = Math.min(w - 1, Math.floor(((x - tile.x) * w) / grid.tileWidth));
      const to = ((y / step - band.top) * band.width + x / step) * wanted;
      for (let c = 0; c < Math.min(wanted, planes); c++) {
        const value = layer.data[(c * h + row) * w + column]!;
        sums[to + c] = sums[to + c]! + (weight * value) / (WEIGHT_ONE * WEIGHT_ONE);
      }
    }
  }
}

function writeBand(
  data: Uint8Array,
  sums: Float32Array,
  channels: 1 | 3,
  firstPixel: number,
  pixels: number,
  toByte: (value: number) => number,
): void {
  const planes = channels === 3 ? 2 : 1;
  for (let i = 0; i < pixels; i++) {
    for (let c = 0; c < planes; c++) {
      const value = Math.round(toByte(sums[i * planes + c]!));
      data[(firstPixel + i) * channels + c] = value < 0 ? 0 : value > 255 ? 255 : value;
    }
  }
}

/** Returns the share of a map's cells above `limit`, within the part that the tile contributes. */
export function shareAbove(map: Layer, tile: Tile, grid: Grid, limit: number): number {
  const [, h = 1, w = 1] = map.shape;
  const span = (from: number, length: number, side: number, cells: number): [number, number] => [
    Math.floor((from * cells) / side),
    Math.ceil(((from + length) * cells) / side),
  ];
  const [left, right] = span(tile.rect.x - tile.x, tile.rect.w, grid.tileWidth, w);
  const [top, bottom] = span(tile.rect.y - tile.y, tile.rect.h, grid.tileHeight, h);
  let above = 0;
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) if (map.data[y * w + x]! > limit) above++;
  }
  return above / Math.max(1, (right - left) * (bottom - top));
}
