/** Grain in place of removed noise: as strong as the photo's, nowhere else, always the same. */
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Grain } from '../../src/main/grain/grain.js';
import { measureNoise } from '../../src/main/grain/noise.js';
import { compose, type ComposeOptions } from '../../src/main/tiling/compose.js';
import { planGrid } from '../../src/main/tiling/grid.js';
import { RESIDUAL_SCALE } from '../../src/main/tiling/pixels.js';
import { emptyLike, whiteOf, type RgbImage } from '../../src/main/imaging/index.js';
import { makeEngine, makeFolder } from './harness.js';
import { deviationIn, noisyPair, type NoisyOptions } from './noisy.js';
import { settingsOf, stagesOf, TestSessions } from './session-harness.js';
import { makeTinyPlugin } from './tiny-plugin.js';

const SIZE = { w: 384, h: 320 };
/** Flat parts, dark and less dark, across the borders of tiles. */
const FLAT = [
  { x: 16, y: 40, w: 100, h: 200 },
  { x: 140, y: 40, w: 100, h: 200 },
];
const EVERYWHERE = { mask: null, strength: 1 };

/** Composes a restoration that returns `clean` for `noisy`, with `amount` of its grain. */
function restore(
  { clean, noisy }: { clean: RgbImage; noisy: RgbImage },
  amount: number,
  options: ComposeOptions = EVERYWHERE,
): RgbImage {
  const { width, height, data } = noisy;
  const tile = { multipleOf: 16, min: 64, preferred: 160, max: 256, overlap: 32, fixed: false };
  const grid = planGrid(width, height, tile, 160);
  const unit = (RESIDUAL_SCALE * 255) / whiteOf(data);
  const tiles = grid.tiles.map(({ rect }) => {
    const residual = new Int16Array(rect.w * rect.h * 3);
    for (let i = 0; i < residual.length; i++) {
      const pixel = Math.floor(i / 3);
      const row = rect.y + Math.floor(pixel / rect.w);
      const at = 3 * (row * width + rect.x + (pixel % rect.w)) + (i % 3);
      residual[i] = Math.round(unit * (clean.data[at]! - data[at]!));
    }
    return residual;
  });
  const noise = measureNoise(noisy);
  const grain = amount === 0 || noise === null ? null : new Grain(noise, amount);
  const source = grain && {
    grain,
    removed: (index: number, residual: Int16Array) =>
      grain.removedBy(residual, grid.tiles[index]!.rect.w, RESIDUAL_SCALE),
  };
  const window = options.window ?? { x: 0, y: 0, w: width, h: height };
  const target = emptyLike(data, window.w * window.h * 3);
  const residuals = { residual: (index: number) => tiles[index]!, grain: source ?? undefined };
  compose(noisy, target, grid, residuals, options);
  return { width: window.w, height: window.h, data: target };
}

const pairOf = (options: NoisyOptions) => noisyPair(SIZE.w, SIZE.h, options);

const bytesOf = ({ data }: RgbImage) => Buffer.from(data.buffer, data.byteOffset, data.byteLength);
const equal = (a: RgbImage, b: RgbImage) => Buffer.compare(bytesOf(a), bytesOf(b)) === 0;

describe('grain', () => {
  it.each<[string, NoisyOptions]>([
    ['weak noise', { deviation: 1 }],
    ['strong noise', { deviation: 8 }],
    ['noise that noise reduction has smoothed', { deviation: 4, smoothed: 3 }],
    ['noise of 16-bit samples', { deviation: 0.5, bits: 16 }],
  ])('has the deviation of %s', (_, options) => {
    const pair = pairOf(options);
    const restored = restore(pair, 1);
    for (const part of FLAT) {
      const ratio = deviationIn(restored, part) / deviationIn(pair.noisy, part);
      expect(deviationIn(restore(pair, 0), part)).toBeLessThan(0.4);
      expect(ratio).toBeGreaterThan(0.8);
      expect(ratio).toBeLessThan(1.2);
    }
  });

  it('has the deviation of noise in a JPEG file, of which the network keeps the slow part', async () => {
    const { noisy } = pairOf({ deviation: 8 });
    const raw = { width: SIZE.w, height: SIZE.h, channels: 3 } as const;
    const file = await sharp(noisy.data, { raw }).jpeg({ quality: 60 }).toBuffer();
    const photo = { ...noisy, data: await sharp(file).raw().toBuffer() };
    const calm = { ...noisy, data: await sharp(file).blur(1.2).raw().toBuffer() };
    const part = FLAT[0]!;
    const before = deviationIn(photo, part);
    expect(deviationIn(calm, part)).toBeLessThan(0.7 * before);
    const ratio = deviationIn(restore({ clean: calm, noisy: photo }, 1), part) / before;
    expect(ratio).toBeGreaterThan(0.8);
    expect(ratio).toBeLessThan(1.2);
  });

  it('is half as strong at half the amount', () => {
    const pair = pairOf({ deviation: 6 });
    const [half, whole] = [0.5, 1].map((amount) => deviationIn(restore(pair, amount), FLAT[0]!));
    expect(half! / whole!).toBeCloseTo(0.5, 1);
  });

  it('keeps the deviation where a mask or the strength mixes restored and original', () => {
    const pair = pairOf({ deviation: 6 });
    const mask = new Uint8Array(SIZE.w * SIZE.h).fill(128);
    for (const options of [
      { mask, strength: 1 },
      { mask: null, strength: 0.5 },
    ]) {
      const ratio =
        deviationIn(restore(pair, 1, options), FLAT[0]!) / 6 / Math.hypot(0.299, 0.587, 0.114);
      expect(ratio).toBeGreaterThan(0.8);
      expect(ratio).toBeLessThan(1.2);
    }
  });

  it('leaves pixels outside the mask, and where nothing was removed', () => {
    const pair = pairOf({ deviation: 6 });
    const black = { mask: new Uint8Array(SIZE.w * SIZE.h), strength: 1 };
    expect(equal(restore(pair, 1, black), pair.noisy)).toBe(true);
    const unchanged = { clean: pair.noisy, noisy: pair.noisy };
    expect(equal(restore(unchanged, 1), pair.noisy)).toBe(true);
  });

  it('does not depend on the part that is composed', () => {
    const pair = pairOf({ deviation: 6 });
    const whole = restore(pair, 1);
    const window = { x: 37, y: 90, w: 200, h: 150 };
    const part = restore(pair, 1, { ...EVERYWHERE, window });
    for (let row = 0; row < window.h; row++) {
      const from = 3 * ((window.y + row) * SIZE.w + window.x);
      const own = part.data.subarray(3 * row * window.w, 3 * (row + 1) * window.w);
      expect(own).toEqual(whole.data.subarray(from, from + 3 * window.w));
    }
  });

  it('is none in a photo without noise', () => {
    const { clean } = pairOf({ deviation: 0 });
    const brighter = { ...clean, data: clean.data.map((value) => value + 9) };
    expect(equal(restore({ clean: brighter, noisy: clean }, 1), brighter)).toBe(true);
  });
});

describe('a restoration with another amount of grain', () => {
  const engine = makeEngine();
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  let sessions: TestSessions;
  beforeAll(async () => {
    folder = await makeFolder();
    sessions = new TestSessions(engine, join(folder.path, 'cache'));
  });
  afterAll(async () => {
    await sessions.dispose();
    await engine.close();
    await folder.remove();
  });

  it('computes nothing and has more noise in its pixels', async () => {
    const plugin = await makeTinyPlugin(folder.path, 'soft');
    const { noisy } = pairOf({ deviation: 8 });
    const path = join(folder.path, 'noisy.png');
    const raw = { width: SIZE.w, height: SIZE.h, channels: 3 } as const;
    await sharp(noisy.data, { raw }).png().toFile(path);
    await sessions.open('p', path);
    const without = await sessions.finish('p', settingsOf(plugin));
    const full = await sessions.finish('p', settingsOf(plugin, { grain: 1 }));
    expect(full.result.complete).toBe(true);
    expect(stagesOf(full.events)).toEqual([]);
    expect(full.result.restoration).not.toBe(without.result.restoration);
    const deviationOf = async (restoration: string) => {
      const data = await sessions.exportPixels(folder.path, 'p', restoration);
      return deviationIn({ ...noisy, data }, FLAT[0]!);
    };
    const smooth = await deviationOf(without.result.restoration);
    const grainy = await deviationOf(full.result.restoration);
    const before = deviationIn(noisy, FLAT[0]!);
    expect(smooth).toBeLessThan(0.6 * before);
    expect(grainy / before).toBeGreaterThan(0.8);
    expect(grainy / before).toBeLessThan(1.2);
  });
});
