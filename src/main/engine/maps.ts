/**
 * The maps at the photo's size, as pictures. Each tile's map is a coarse grid over the padded tile;
 * tiles are joined with the same weights as the pixels.
 */
import { axisWeights, WEIGHT_ONE, type Grid } from './grid.js';
import type { Journal, Layer } from './journal.js';

export const MAP_NAMES = ['difficulty', 'samples', 'attention', 'offsets'] as const;
export type MapName = (typeof MAP_NAMES)[number];

/** White in the difficulty picture: an expected absolute error of 1/8 of the range. */
export const DIFFICULTY_WHITE = 1 / 8;
/** Full saturation in the offsets picture: a displacement of 16 pixels. */
export const OFFSETS_FULL = 16;

/**
 * One byte per pixel and channel: difficulty and samples and attention are grey, offsets are RGB
 * (red dx, green dy about 128, blue 128). Attention is stretched from its smallest to its
 * largest value in the photo.
 */
export function composeMap(
  grid: Grid,
  journal: Journal,
  name: MapName,
): { readonly channels: 1 | 3; readonly data: Uint8Array } {
  const channels = name === 'offsets' ? 3 : 1;
  const pixels = grid.width * grid.height;
  const data = new Uint8Array(pixels * channels);
  const toByte = byteScale(name, grid, journal);
  if (name === 'offsets') data.fill(128);
  // Two rows of tiles overlap at most in their seam, so one row of tiles is accumulated at a time.
  for (const band of bandsOf(grid)) {
    const sums = new Float32Array(grid.width * band.rows * (channels === 3 ? 2 : 1));
    for (const tile of grid.tiles) {
      if (tile.rect.y + tile.rect.h <= band.top || tile.rect.y >= band.top + band.rows) continue;
      const layer = journal.read(tile.index, name);
      if (layer) addTile(sums, layer, grid, tile.index, band);
    }
    writeBand(data, sums, channels, band.top * grid.width, grid.width * band.rows, toByte);
  }
  return { channels, data };
}

/** Names that at least one finished tile has. */
export function mapsPresent(journal: Journal): MapName[] {
  const names = new Set(journal.records().flatMap((r) => r.layers.map((layer) => layer.name)));
  return MAP_NAMES.filter((name) => names.has(name));
}

interface Band {
  readonly top: number;
  readonly rows: number;
}

function* bandsOf(grid: Grid): Generator<Band> {
  const size = 256;
  for (let top = 0; top < grid.height; top += size) {
    yield { top, rows: Math.min(size, grid.height - top) };
  }
}

function byteScale(name: MapName, grid: Grid, journal: Journal): (value: number) => number {
  switch (name) {
    case 'difficulty':
      return (value) => (value / DIFFICULTY_WHITE) * 255;
    case 'samples':
      return (value) => value * 255;
    case 'offsets':
      return (value) => 128 + (value / OFFSETS_FULL) * 127;
    case 'attention': {
      const [low, high] = spread(name, grid, journal);
      return (value) => (high > low ? ((value - low) / (high - low)) * 255 : 0);
    }
  }
}

/** Smallest and largest value in the photo. */
function spread(name: MapName, grid: Grid, journal: Journal): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const tile of grid.tiles) {
    for (const value of journal.read(tile.index, name)?.data ?? []) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  return [low, high];
}

function addTile(sums: Float32Array, layer: Layer, grid: Grid, index: number, band: Band): void {
  const tile = grid.tiles[index];
  if (!tile) return;
  const [planes = 1, h = 1, w = 1] = layer.shape;
  const wanted = sums.length / (grid.width * band.rows);
  const across = axisWeights(grid.columns, tile.column);
  const down = axisWeights(grid.rows, tile.row);
  const { rect } = tile;
  const first = Math.max(band.top, rect.y);
  const last = Math.min(band.top + band.rows, rect.y + rect.h);
  for (let y = first; y < last; y++) {
    const weightY = down[y - tile.y]!;
    const row = Math.min(h - 1, Math.floor(((y - tile.y) * h) / grid.tileHeight));
    for (let x = rect.x; x < rect.x + rect.w; x++) {
      const weight = weightY * across[x - tile.x]!;
      const column = Math.min(w - 1, Math.floor(((x - tile.x) * w) / grid.tileWidth));
      const to = ((y - band.top) * grid.width + x) * wanted;
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
