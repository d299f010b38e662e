/** Compares restored pixels with those of an earlier build: see test/reference/README.md. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HALF, hintOf, MODES, writeMask, type Mode } from '../reference/modes.js';
import { HEIGHT, WIDTH, writePictures } from '../reference/pictures.js';
import {
  builtInModels,
  casesOf,
  changeOf,
  readChanges,
  VERSIONS,
  versionsOf,
} from '../reference/references.js';
import { makeEngine, makeFolder, readPixels, restoreTo } from './harness.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SIZE = { width: WIDTH, height: HEIGHT };
/**
 * Share of the pixels that may differ by one level for each pass over the picture: kernels round
 * differently between CPUs. A network with octaves passes over it once per octave, each time from
 * the rounded result of the one before.
 */
const TOLERANCE = 1e-4;

const engine = makeEngine();
let folder: Awaited<ReturnType<typeof makeFolder>>;
let pictures: string[];
let mask: string;

beforeAll(async () => {
  folder = await makeFolder();
  pictures = await writePictures(folder.path);
  mask = join(folder.path, 'mask.png');
  await writeMask(SIZE, mask);
});
afterAll(async () => {
  await engine.close();
  await folder.remove();
});

function settingsOf(mode: Mode): object {
  if (mode === 'mask') return { mask };
  if (mode === 'half') return { strength: HALF };
  return mode === 'hint' ? { rois: [hintOf(SIZE)] } : {};
}

/** Returns how many pixels differ, and the largest difference in levels of 255. */
function compare(found: Uint8Array, expected: Uint8Array): { pixels: number; levels: number } {
  let [pixels, levels] = [0, 0];
  for (let i = 0; i < expected.length; i += 3) {
    let most = 0;
    for (let c = i; c < i + 3; c++) most = Math.max(most, Math.abs(found[c]! - expected[c]!));
    if (most > 0) pixels++;
    levels = Math.max(levels, most);
  }
  return { pixels, levels };
}

describe.each(builtInModels(ROOT))('the pixels of %s', (model) => {
  it('have references of the same version of the model', () => {
    const versions: unknown = JSON.parse(readFileSync(VERSIONS, 'utf8'));
    expect(versions).toHaveProperty([model], versionsOf(ROOT)[model]);
  });

  const cases = casesOf(builtInModels(ROOT)).filter((one) => one.model === model);
  it.each(cases)('equal the reference in the mode $mode', async ({ mode, picture, tile }) => {
    const input = pictures[picture]!;
    const reference = (await readChanges(model))[MODES.indexOf(mode)]!;

    const plugin = join(ROOT, 'models', model);
    const request = { input, plugin, tile, ...settingsOf(mode) };
    const { pixels, report } = await restoreTo(engine, 'restored', request);

    const change = changeOf((await readPixels(input)).data, pixels);
    const difference = compare(change, reference);
    expect(difference.levels).toBeLessThanOrEqual(1);
    const passes = report.blur === null ? 1 : report.stages.length;
    expect(difference.pixels).toBeLessThanOrEqual(passes * TOLERANCE * WIDTH * HEIGHT);
  });
});
