/** Sheets of crops at 100 %, to be looked at. */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import sharp from 'sharp';

/** @typedef {import('./linear-light.js').Picture} Picture */

const LABEL = 20;
const GAP = 4;

/**
 * Returns a square crop.
 * @param {Picture} picture
 * @param {{ x: number, y: number }} at Its middle.
 * @param {number} side
 * @returns {Picture}
 */
export function cropAround({ width, data }, at, side) {
  const out = new Uint8Array(3 * side * side);
  for (let y = 0; y < side; y++) {
    const from = 3 * ((at.y - (side >> 1) + y) * width + at.x - (side >> 1));
    out.set(data.subarray(from, from + 3 * side), 3 * y * side);
  }
  return { width: side, height: side, data: out };
}

/**
 * Writes rows of crops, all of one size, with a label above each.
 * @param {string} path PNG file.
 * @param {readonly (readonly { label: string, picture: Picture }[])[]} rows
 */
export async function writeSheet(path, rows) {
  const cell = rows[0][0].picture;
  const [stepX, stepY] = [cell.width + GAP, cell.height + LABEL + GAP];
  const overlays = rows.flatMap((row, r) =>
    row.flatMap(({ label, picture: { width, height, data } }, c) => {
      const [left, top] = [c * stepX, r * stepY];
      const text =
        `<svg width="${width}" height="${LABEL}"><text x="2" y="15" font-size="13" ` +
        `font-family="sans-serif" fill="#ddd">${label}</text></svg>`;
      const raw = { width, height, channels: /** @type {const} */ (3) };
      return [
        { input: Buffer.from(data), raw, left, top: top + LABEL },
        { input: Buffer.from(text), left, top },
      ];
    }),
  );
  const width = Math.max(...rows.map((row) => row.length)) * stepX;
  const height = rows.length * stepY;
  await mkdir(dirname(path), { recursive: true });
  await sharp({ create: { width, height, channels: 3, background: '#222' } })
    .composite(overlays)
    .png()
    .toFile(path);
}
