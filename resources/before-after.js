/**
 * Draws the README's picture: details of the sample photo, before and after `unsmear deblur`:
 *
 *   node resources/before-after.js [--out docs/before-after.png]
 *
 * Build first.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import sharp from 'sharp';

const DETAILS = /** @type {const} */ ([
  { left: 0, top: 200, width: 440, height: 170 },
  { left: 780, top: 200, width: 440, height: 170 },
]);
const GAP = 8;

const { values } = parseArgs({
  options: { out: { type: 'string', default: 'docs/before-after.png' } },
});
const sample = fileURLToPath(new URL('./sample-blurred.jpg', import.meta.url));
const program = fileURLToPath(new URL('../bin/unsmear.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'unsmear-picture-'));
try {
  const restored = join(folder, 'restored.png');
  execFileSync(process.execPath, [program, 'deblur', sample, '-o', restored, '--quiet']);
  await draw([sample, restored], values.out);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/**
 * Draws one column per picture and one row per detail.
 * @param {readonly string[]} pictures Paths.
 * @param {string} out
 */
async function draw(pictures, out) {
  const [{ width, height }] = DETAILS;
  const cells = pictures.flatMap((picture, column) =>
    DETAILS.map(async (detail, row) => ({
      input: await sharp(picture).extract(detail).png().toBuffer(),
      left: column * (width + GAP),
      top: row * (height + GAP),
    })),
  );
  const size = {
    width: pictures.length * (width + GAP) - GAP,
    height: DETAILS.length * (height + GAP) - GAP,
  };
  await sharp({ create: { ...size, channels: 3, background: '#fff' } })
    .composite(await Promise.all(cells))
    .png({ compressionLevel: 9 })
    .toFile(out);
}
