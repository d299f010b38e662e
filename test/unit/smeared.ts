/** Draws a picture with edges of every direction, sharp or smeared by motion. */
import { join } from 'node:path';
import sharp from 'sharp';

/** Draws random but fixed discs and boxes, blurred by 3 × 3, then by `length` pixels along x. */
export function smearedPixels(width: number, height: number, length: number): Uint8Array {
  let state = 7;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const grey = new Float32Array(width * height).fill(110);
  for (let shape = 0; shape < (width * height) / 400; shape++) {
    const [cx, cy, r] = [next() * width, next() * height, 4 + 16 * next() ** 3];
    const [paint, angle, box] = [20 + 210 * next(), next() * Math.PI, next() < 0.5];
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    for (let y = Math.max(0, cy - 2 * r) | 0; y < Math.min(height, cy + 2 * r); y++) {
      for (let x = Math.max(0, cx - 2 * r) | 0; x < Math.min(width, cx + 2 * r); x++) {
        const [u, v] = [(x - cx) * cos + (y - cy) * sin, (y - cy) * cos - (x - cx) * sin];
        const inside = box ? Math.max(Math.abs(u), Math.abs(v)) < r : Math.hypot(u, v) < r;
        if (inside) grey[y * width + x] = paint;
      }
    }
  }
  const at = (x: number, y: number): number =>
    grey[Math.min(height - 1, Math.max(0, y)) * width + Math.min(width - 1, Math.max(0, x))]!;
  const out = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let i = 0; i < Math.max(1, length); i++) {
        for (const [dy, w] of [
          [-1, 0.15],
          [0, 0.7],
          [1, 0.15],
        ] as const) {
          sum +=
            w * (0.7 * at(x + i, y + dy) + 0.15 * (at(x + i - 1, y + dy) + at(x + i + 1, y + dy)));
        }
      }
      const value = sum / Math.max(1, length) + 2 * (next() + next() - 1);
      out.fill(value, 3 * (y * width + x), 3 * (y * width + x) + 3);
    }
  }
  return out;
}

/** Writes the picture as a JPEG file and returns its path. */
export async function makeSmeared(
  folder: string,
  name: string,
  length: number,
  width = 640,
  height = 480,
): Promise<string> {
  const path = join(folder, name);
  const raw = { width, height, channels: 3 } as const;
  await sharp(smearedPixels(width, height, length), { raw })
    .jpeg({ quality: 92 })
    .toFile(path);
  return path;
}
