/** The eight mirrored and turned copies of a tile (self-ensemble), on planar float32 data. */

export interface Planes {
  readonly data: Float32Array;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** Bit 0: mirrored left to right, bit 1: top to bottom, bit 2: transposed (after the mirrors). */
export type Orientation = number;

export const ORIENTATIONS = 8;

/** Turning needs square tiles; without them only the mirrored copies keep the padded shape. */
export function orientations(width: number, height: number): Orientation[] {
  return width === height ? [0, 1, 2, 3, 4, 5, 6, 7] : [0, 1, 2, 3];
}

export function orient(planes: Planes, orientation: Orientation): Planes {
  if (orientation === 0) return planes;
  return move(planes, orientation, false);
}

/** The inverse of `orient`; `planes` is the turned copy. */
export function restoreOrientation(planes: Planes, orientation: Orientation): Planes {
  if (orientation === 0) return planes;
  return move(planes, orientation, true);
}

function move(planes: Planes, orientation: Orientation, inverse: boolean): Planes {
  const turn = (orientation & 4) !== 0;
  const width = turn ? planes.height : planes.width;
  const height = turn ? planes.width : planes.height;
  const data = new Float32Array(planes.data.length);
  // Sizes of the upright picture: mirrors act there.
  const upW = inverse ? width : planes.width;
  const upH = inverse ? height : planes.height;
  for (let c = 0; c < planes.channels; c++) {
    const base = c * width * height;
    for (let y = 0; y < upH; y++) {
      for (let x = 0; x < upW; x++) {
        const mx = orientation & 1 ? upW - 1 - x : x;
        const my = orientation & 2 ? upH - 1 - y : y;
        const upright = base + my * upW + mx;
        const turned = base + (turn ? x * upH + y : y * upW + x);
        if (inverse) data[upright] = planes.data[turned]!;
        else data[turned] = planes.data[upright]!;
      }
    }
  }
  return { data, channels: planes.channels, height, width };
}
