/**
 * Composes the maps of a photo's tiles into pictures. A tile's map is a coarse grid over the padded
 * tile; tiles are blended with the same weights as pixels.
 */
import type { Rect } from '../../shared/contracts/restore.js';
import { bandsOf } from './bands.js';
import { WEIGHT_ONE, type Grid, type Tile } from './grid.js';

/** Maps that networks output. */
const OUTPUT_MAPS = ['difficulty', 'samples', 'attention', 'offsets'] as const;
export type OutputMap = (typeof OUTPUT_MAPS)[number];
/** All maps; the blur map is drawn from the estimates of all octaves (blur/blur-strokes.ts). */
export const MAP_NAMES = ['blur', ...OUTPUT_MAPS] as const;
export type MapName = (typeof MAP_NAMES)[number];

/** White in the difficulty picture: an expected absolute error of 1/8 of the range. */
const DIFFICULTY_WHITE = 1 / 8;
/** Full saturation in the offsets picture: a displacement of 16 pixels. */
const OFFSETS_FULL = 16;
/** Rows of a picture blended at once: bounds the memory of the sums. */
const BAND = 256;

/** Values over a padded tile: [channels, rows, columns]. */
export interface MapLayer {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

export interface MapSource {
  /** Returns a tile's map; `undefined` if the tile has none of this name. */
  read(tile: number, name: OutputMap): MapLayer | undefined;
}

interface MapPicture {
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
export function composeMap(grid: Grid, maps: MapSource, name: OutputMap, step = 1): MapPicture {
  const [channels, planes] = name === 'offsets' ? ([3, 2] as const) : ([1, 1] as const);
  const width = Math.ceil(grid.width / step);
  const height = Math.ceil(grid.height / step);
  const data = new Uint8Array(width * height * channels);
  if (name === 'offsets') data.fill(128);
  const toByte = byteScale(name, grid, maps);
  const photo = { x: 0, y: 0, w: grid.width, h: grid.height };
  const read = (tile: number) => maps.read(tile, name);
  for (const { rect, parts } of bandsOf(grid, photo, BAND * step, read)) {
    const sums = new Float32Array(width * Math.ceil(rect.h / step) * planes);
    for (const [tile, layer] of parts) addLayer(sums, layer, grid, tile, { rect, step, planes });
    let to = (rect.y / step) * width * channels;
    for (let i = 0; i < sums.length; i += planes, to += channels) {
      for (let c = 0; c < planes; c++) {
        const value = Math.round(toByte(sums[i + c]!));
        data[to + c] = value < 0 ? 0 : value > 255 ? 255 : value;
      }
    }
  }
  return { width, height, channels, data };
}

function byteScale(name: OutputMap, grid: Grid, maps: MapSource): (value: number) => number {
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
function spread(name: OutputMap, grid: Grid, maps: MapSource): [number, number] {
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

/** Rows of the picture: `planes` sums for every `step`th pixel of `rect`. */
interface MapBand {
  readonly rect: Rect;
  readonly step: number;
  readonly planes: number;
}

/** Adds the weighted values of a tile's map to the sums of a band, which begin at column 0. */
function addLayer(
  sums: Float32Array,
  { shape, data }: MapLayer,
  grid: Grid,
  { x: left, y: top, rect, across, down }: Tile,
  { rect: band, step, planes }: MapBand,
): void {
  const [channels = 1, h = 1, w = 1] = shape;
  const width = Math.ceil(band.w / step);
  const first = Math.max(band.y, Math.ceil(rect.y / step) * step);
  const last = Math.min(band.y + band.h, rect.y + rect.h);
  for (let y = first; y < last; y += step) {
    const weightY = down[y - rect.y]!;
    const row = Math.min(h - 1, Math.floor(((y - top) * h) / grid.tileHeight));
    for (let x = Math.ceil(rect.x / step) * step; x < rect.x + rect.w; x += step) {
      const weight = weightY * across[x - rect.x]!;
      const column = Math.min(w - 1, Math.floor(((x - left) * w) / grid.tileWidth));
      const to = (((y - band.y) / step) * width + x / step) * planes;
      for (let c = 0; c < Math.min(planes, channels); c++) {
        const value = data[(c * h + row) * w + column]!;
        sums[to + c] = sums[to + c]! + (weight * value) / (WEIGHT_ONE * WEIGHT_ONE);
      }
    }
  }
}

/** Returns the share of a map's cells above `limit`, within the part that the tile contributes. */
export function shareAbove(map: MapLayer, tile: Tile, grid: Grid, limit: number): number {
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
