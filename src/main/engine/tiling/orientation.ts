/** Mirrors and turns planar float32 images, for self-ensemble. */

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
  return orientation === 0 ? planes : move(planes, orientation, false);
}

/** Inverts `orient`. */
export function restoreOrientation(planes: Planes, orientation: Orientation): Planes {
  return orientation === 0 ? planes : move(planes, orientation, true);
}

function move(planes: Planes, orientation: Orientation, inverse: boolean): Planes {
  const turn = (orientation & 4) !== 0;
  const width = turn ? planes.height : planes.width;
  const height = turn ? planes.width : planes.height;
  const data = new Float32Array(planes.data.length);
  // Size of the upright image, in which the mirrors apply.
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
