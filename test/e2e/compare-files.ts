/** Compares two pictures pixel by pixel. */
import sharp, { type OutputInfo } from 'sharp';
import type { Rect } from '../../src/shared/contracts/restore.js';

export interface Difference {
  /** Pixels outside the part that differ. */
  readonly outside: number;
  /** Share of the pixels inside the part that differ. */
  readonly inside: number;
}

/** Counts the differing pixels inside and outside of `part`. Throws if the sizes differ. */
export async function compareFiles(a: string, b: string, part: Rect): Promise<Difference> {
  const [first, second] = await Promise.all([a, b].map(pixelsOf));
  if (first === undefined || second === undefined) throw new Error('Two pictures are needed.');
  const { width, height, channels } = first.info;
  if (second.info.width !== width || second.info.height !== height) {
    throw new Error('The pictures have different sizes.');
  }
  let [outside, inside] = [0, 0];
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += channels) {
      const same = [0, 1, 2].every((c) => first.data[at + c] === second.data[at + c]);
      if (same) continue;
      const within = x >= part.x && x < part.x + part.w && y >= part.y && y < part.y + part.h;
      if (within) inside++;
      else outside++;
    }
  }
  return { outside, inside: inside / (part.w * part.h) };
}

function pixelsOf(path: string): Promise<{ data: Buffer; info: OutputInfo }> {
  return sharp(path)
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
}
