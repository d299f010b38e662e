/**
 * The structure tensor of a patch at four scales. Motion smears along its path and nowhere else, so the finest scale loses energy in
 * one direction; what is out of focus, or misty, loses it in all.
 */
import { whiteOf } from '../../imaging/index.js';
import { reflectTable, type RgbImage } from '../pixels.js';

/** Sums of products of the gradient, mean per place: xx, xy, yy, in 8-bit levels squared. */
export type Tensor = readonly [xx: number, xy: number, yy: number];

/** Scales: 1, 2, 4 and 8 pixels. */
export const SCALES = 4;
/** Of a patch, pixels. */
export const SIDE = 128;
/** Side of the blocks, in places of a scale, whose energies tell the noise. */
const BLOCK = 8;
/** The share of the blocks that are taken for calm. */
const CALM = 0.05;

export interface PatchTensors {
  /** One for each scale, finest first. */
  readonly tensors: readonly Tensor[];
  /** At the two finest scales: the energy of the calmest small blocks, which hold little but noise. */
  readonly calm: readonly [number, number];
}

/** `side` a multiple of 8, at least 64. Beyond its borders the photo is continued by reflection. */
export function tensorsOf(image: RgbImage, x: number, y: number, side: number): PatchTensors {
  let plane = lightness(image, x, y, side);
  let length = side;
  const tensors: Tensor[] = [];
  const calm: [number, number] = [0, 0];
  for (let scale = 0; scale < SCALES; scale++) {
    const found = gradients(plane, length);
    tensors.push(found.tensor);
    if (scale < 2) calm[scale] = found.calm;
    if (scale + 1 === SCALES) break;
    plane = halved(plane, length);
    length >>= 1;
  }
  return { tensors, calm };
}

function lightness(image: RgbImage, x: number, y: number, side: number): Float32Array {
  const { data, width, height } = image;
  const level = 255 / whiteOf(data) / 4;
  const xs = reflectTable(x, side, width);
  const ys = reflectTable(y, side, height);
  const out = new Float32Array(side * side);
  for (let py = 0, to = 0; py < side; py++) {
    const row = ys[py]! * width;
    for (let px = 0; px < side; px++) {
      const at = (row + xs[px]!) * 3;
      out[to++] = (data[at]! + 2 * data[at + 1]! + data[at + 2]!) * level;
    }
  }
  return out;
}

/** On 2 × 2 places each, so that both derivatives are of the same place and noise is the same in every direction. */
function gradients(plane: Float32Array, side: number): { tensor: Tensor; calm: number } {
  const across = Math.ceil((side - 1) / BLOCK);
  const energy = new Float64Array(across * across);
  const places = new Float64Array(across * across);
  let [xx, xy, yy] = [0, 0, 0];
  for (let y = 0; y < side - 1; y++) {
    const row = Math.floor(y / BLOCK) * across;
    for (let x = 0; x < side - 1; x++) {
      const at = y * side + x;
      const falling = plane[at + side + 1]! - plane[at]!;
      const rising = plane[at + 1]! - plane[at + side]!;
      const gx = (falling + rising) / 2;
      const gy = (falling - rising) / 2;
      xx += gx * gx;
      xy += gx * gy;
      yy += gy * gy;
      const block = row + Math.floor(x / BLOCK);
      energy[block]! += gx * gx + gy * gy;
      places[block]!++;
    }
  }
  const count = (side - 1) ** 2;
  const blocks = energy
    .map((sum, i) => sum / places[i]!)
    .filter((_, i) => places[i]! >= (BLOCK * BLOCK) / 2)
    .sort();
  const calm = blocks[Math.floor(CALM * blocks.length)] ?? 0;
  return { tensor: [xx / count, xy / count, yy / count], calm };
}

/** Half as large, smoothed by (1 4 6 4 1) / 16 each way; the border repeats. */
function halved(plane: Float32Array, side: number): Float32Array {
  const half = side >> 1;
  const rows = new Float32Array(side * half);
  const clamp = (i: number): number => (i < 0 ? 0 : i >= side ? side - 1 : i);
  for (let y = 0; y < side; y++) {
    const row = y * side;
    for (let x = 0; x < half; x++) {
      const c = 2 * x;
      const sum =
        plane[row + clamp(c - 2)]! +
        plane[row + clamp(c + 2)]! +
        4 * (plane[row + clamp(c - 1)]! + plane[row + clamp(c + 1)]!) +
        6 * plane[row + c]!;
      rows[y * half + x] = sum / 16;
    }
  }
  const out = new Float32Array(half * half);
  for (let y = 0; y < half; y++) {
    const c = 2 * y;
    const [a, b, d, e] = [clamp(c - 2), clamp(c - 1), clamp(c + 1), clamp(c + 2)];
    for (let x = 0; x < half; x++) {
      const at = (i: number): number => rows[i * half + x]!;
      out[y * half + x] = (at(a) + at(e) + 4 * (at(b) + at(d)) + 6 * at(c)) / 16;
    }
  }
  return out;
}
