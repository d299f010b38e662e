/** Mirrors and turns planar float32 images, for self-ensemble. */

/** [channels, height, width]. */
export interface Planes {
  readonly data: Float32Array;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** Bit 0: mirrored left to right, bit 1: top to bottom, bit 2: transposed (after the mirrors). */
export type Orientation = number;

export const ORIENTATIONS = 8;

/** Returns the orientations that keep the shape of a tile: all eight if it is square, else four. */
export function orientations(width: number, height: number): Orientation[] {
  return width === height ? [0, 1, 2, 3, 4, 5, 6, 7] : [0, 1, 2, 3];
}

/** Mirrors, then turns `planes`. */
export function orient(planes: Planes, orientation: Orientation): Planes {
  if (orientation === 0) return planes;
  const { channels, width, height } = planes;
  const turn = (orientation & 4) !== 0;
  const data = new Float32Array(planes.data.length);
  for (let c = 0; c < channels; c++) {
    const base = c * width * height;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const fromX = orientation & 1 ? width - 1 - x : x;
        const fromY = orientation & 2 ? height - 1 - y : y;
        const to = turn ? x * height + y : y * width + x;
        data[base + to] = planes.data[base + fromY * width + fromX]!;
      }
    }
  }
  return { data, channels, height: turn ? width : height, width: turn ? height : width };
}

/** Inverts `orient`. */
export function restoreOrientation(planes: Planes, orientation: Orientation): Planes {
  // Undone in reverse order, the mirrors come after the transposition, which swaps their axes.
  const swapped = 4 | ((orientation & 1) << 1) | ((orientation & 2) >> 1);
  return orient(planes, orientation & 4 ? swapped : orientation);
}
