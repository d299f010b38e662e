/** Draws photos for the tests: many edges, sharp or blurred by a known motion. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';

export const WIDTH = 640;
export const HEIGHT = 480;

/** Extent of the horizontal motion in pixels. */
const SMEAR = 15;

/** Writes a blurred picture as PNG or JPEG and returns its path; `seed` selects the picture. */
export async function smearedPhoto(folder: string, name: string, seed = 1): Promise<string> {
  const path = join(folder, name);
  await smeared(WIDTH, HEIGHT, seed).toFile(path);
  return path;
}

/** Writes the same picture without blur and returns its path. */
export async function sharpPhoto(folder: string, name: string, seed = 1): Promise<string> {
  const path = join(folder, name);
  await still(WIDTH, HEIGHT, seed).toFile(path);
  return path;
}

/** Writes a JPEG whose second half is missing and returns its path. */
export async function truncatedPhoto(folder: string, name: string): Promise<string> {
  const path = join(folder, name);
  const whole = await smeared(WIDTH, HEIGHT, 3).jpeg().toBuffer();
  writeFileSync(path, whole.subarray(0, whole.length / 2));
  return path;
}

function still(width: number, height: number, seed: number): Sharp {
  return sharp(Buffer.from(scene(width, height, seed))).removeAlpha();
}

/** Returns a pipeline of `sharp` that yields the blurred picture. */
export function smeared(width: number, height: number, seed: number): Sharp {
  const kernel = Array.from({ length: SMEAR * 3 }, (_, i) => (Math.floor(i / SMEAR) === 1 ? 1 : 0));
  const blur = { width: SMEAR, height: 3, kernel, scale: SMEAR };
  return still(width, height, seed).convolve(blur);
}

/** Returns an SVG of bars, discs and rectangles in muted colours. */
function scene(width: number, height: number, seed: number): string {
  const random = generator(seed);
  const shapes = Array.from({ length: 150 }, (_, i) => {
    const [x, y] = [random() * width, random() * height];
    const size = 12 + random() * 60;
    const colour = `hsl(${Math.round(random() * 360)} 45% ${20 + Math.round(random() * 60)}%)`;
    if (i % 3 === 0) return `<circle cx="${x}" cy="${y}" r="${size / 2}" fill="${colour}"/>`;
    if (i % 3 === 1) {
      return `<rect x="${x}" y="${y}" width="${size}" height="${size * 1.6}" fill="${colour}"/>`;
    }
    const bars = Array.from({ length: 8 }, (__, k) => {
      return `<rect x="${x + k * 8}" y="${y}" width="3" height="${size}" fill="${colour}"/>`;
    });
    return bars.join('');
  });
  const back = '<rect width="100%" height="100%" fill="hsl(210 10% 62%)"/>';
  const size = `width="${width}" height="${height}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size}>${back}${shapes.join('')}</svg>`;
}

/** Returns a Mulberry32 generator of numbers in 0..1, the same on every machine. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
