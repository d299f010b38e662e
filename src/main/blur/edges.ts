/**
 * Measures the sharpness of a patch's edges by direction. Motion softens the edges across it and
 * keeps those along it; defocus and mist soften every direction.
 */
import { SIDE, type Plane } from './patches.js';

/** Number of scales at which edges are measured: 2, 4 and 8 pixels. */
export const SCALES = 3;
/** Number of gradient directions between 0 and 180 degrees. */
export const DIRECTIONS = 12;
/** Side of the blocks that estimate the noise, in places of a scale. */
const BLOCK = 8;
/** Share of the blocks that count as calm. */
const CALM = 0.05;

/** Gradient energies by edge direction: mean per place, in 8-bit levels squared per pixel. */
export interface EdgeEnergies {
  /** At the scale itself. */
  readonly coarse: Float64Array;
  /** Along the same direction at half that scale. */
  readonly fine: Float64Array;
}

export interface PatchEdges {
  readonly scales: readonly EdgeEnergies[];
  /** At 1 and 2 pixels: energy of the calmest small blocks, which hold little but noise. */
  readonly calm: readonly [number, number];
}

/** Returns the edge energies of `plane` at the edges of `along`: the unrestored plane, if any. */
export function edgesOf(plane: Plane, along: Plane = plane): PatchEdges {
  let finer = gradientsOf(plane, SIDE);
  let guide = along === plane ? finer : gradientsOf(along, SIDE);
  const calm: [number, number] = [calmest(finer), 0];
  const scales: EdgeEnergies[] = [];
  for (let scale = 0; scale < SCALES; scale++) {
    const coarser = halfAsLarge(finer);
    guide = guide === finer ? coarser : halfAsLarge(guide);
    if (scale === 0) calm[1] = calmest(coarser);
    scales.push(byDirection(finer, coarser, guide));
    finer = coarser;
  }
  return { scales, calm };
}

interface Gradients {
  readonly plane: Float32Array;
  readonly side: number;
  /** Both derivatives at the centre of 2 × 2 places: (side - 1)² values in rows of `side`. */
  readonly gx: Float32Array;
  readonly gy: Float32Array;
}

function gradientsOf(plane: Float32Array, side: number): Gradients {
  const gx = new Float32Array(side * side);
  const gy = new Float32Array(side * side);
  for (let y = 0; y < side - 1; y++) {
    for (let x = 0, at = y * side; x < side - 1; x++, at++) {
      const falling = plane[at + side + 1]! - plane[at]!;
      const rising = plane[at + 1]! - plane[at + side]!;
      gx[at] = (falling + rising) / 2;
      gy[at] = (falling - rising) / 2;
    }
  }
  return { plane, side, gx, gy };
}

function calmest({ side, gx, gy }: Gradients): number {
  const blocks: number[] = [];
  for (let top = 0; top + BLOCK < side; top += BLOCK) {
    for (let left = 0; left + BLOCK < side; left += BLOCK) {
      let sum = 0;
      for (let y = top; y < top + BLOCK; y++) {
        for (let at = y * side + left, end = at + BLOCK; at < end; at++) {
          sum += gx[at]! ** 2 + gy[at]! ** 2;
        }
      }
      blocks.push(sum / BLOCK ** 2);
    }
  }
  blocks.sort((a, b) => a - b);
  return blocks[Math.floor(CALM * blocks.length)] ?? 0;
}

/**
 * Projects each place of the coarser scale, and the nine places of the finer scale around it, on
 * the gradient direction of the guide.
 */
function byDirection(finer: Gradients, coarser: Gradients, guide: Gradients): EdgeEnergies {
  const coarse = new Float64Array(DIRECTIONS);
  const fine = new Float64Array(DIRECTIONS);
  const { side, gx: guideX, gy: guideY } = guide;
  const { side: stride, gx: fineX, gy: fineY } = finer;
  const { gx: coarseX, gy: coarseY } = coarser;
  for (let y = 0; y < side - 1; y++) {
    for (let x = 0; x < side - 1; x++) {
      const at = y * side + x;
      const gx = guideX[at]!;
      const gy = guideY[at]!;
      const energy = gx * gx + gy * gy;
      if (energy === 0) continue;
      const angle = Math.atan2(gy, gx) / Math.PI + 1;
      const direction = Math.floor(angle * DIRECTIONS) % DIRECTIONS;
      const kept = coarseX[at]! * gx + coarseY[at]! * gy;
      coarse[direction]! += (kept * kept) / energy;
      let along = 0;
      for (let row = 2 * y; row < 2 * y + 3; row++) {
        for (let i = row * stride + 2 * x, end = i + 3; i < end; i++) {
          const projected = fineX[i]! * gx + fineY[i]! * gy;
          along += projected * projected;
        }
      }
      fine[direction]! += along / energy / 9;
    }
  }
  const places = (side - 1) ** 2;
  return { coarse: coarse.map((sum) => sum / places), fine: fine.map((sum) => sum / places) };
}

/** Halves a plane after smoothing by (1 3 3 1) / 8 in both directions; the border repeats. */
function halfAsLarge({ plane, side }: Gradients): Gradients {
  return gradientsOf(halvedAndTurned(halvedAndTurned(plane, side), side), side >> 1);
}

/** Halves each row of `length` values, and writes it as a column. */
function halvedAndTurned(plane: Float32Array, length: number): Float32Array {
  const half = length >> 1;
  const rows = plane.length / length;
  const out = new Float32Array(half * rows);
  for (let y = 0; y < rows; y++) {
    const row = y * length;
    for (let x = 0; x < half; x++) {
      const at = row + 2 * x;
      const before = plane[x === 0 ? at : at - 1]!;
      const after = plane[x === half - 1 ? row + length - 1 : at + 2]!;
      out[x * rows + y] = (before + after + 3 * (plane[at]! + plane[at + 1]!)) / 8;
    }
  }
  return out;
}
