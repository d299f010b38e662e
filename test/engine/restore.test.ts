import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { restorePhoto } from '../../src/main/app/restore-photo.js';
import { decodePhoto, writeGrayPng } from '../../src/main/imaging/index.js';
import { makeEngine, makeFolder, makePhoto, readPixels, restoreTo } from './harness.js';
import { makeTinyPlugin } from './tiny-plugin.js';

const engine = makeEngine();
let folder: Awaited<ReturnType<typeof makeFolder>>;
let staged: string;
let photo: string;

beforeAll(async () => {
  folder = await makeFolder();
  staged = await makeTinyPlugin(folder.path, 'staged');
  photo = await makePhoto(folder.path, 230, 170);
});
afterAll(async () => {
  await engine.close();
  await folder.remove();
});

describe('restoring', () => {
  it('runs and reports the stages of every tile', async () => {
    const { report, events, pixels } = await restoreTo(engine, 'plain', {
      input: photo,
      plugin: staged,
      skip: false,
    });
    expect(report).toMatchObject({
      model: 'tiny-staged',
      provider: 'cpu',
      width: 230,
      height: 170,
    });
    expect(report.tiles.processed).toBe(report.tiles.total);
    expect(report.stages.map(({ label }) => label)).toEqual(['First', 'Second']);
    expect(report.inferenceMs).toBeGreaterThan(0);
    expect(report.stages.every(({ ms }) => ms > 0)).toBe(true);
    const tiles = events.flatMap((event) => (event.type === 'stage' ? [event.tile] : []));
    expect(tiles).toHaveLength(report.tiles.total);
    expect(pixels.equals((await readPixels(photo)).data)).toBe(false);
  });

  it('returns the same pixels in tiles as in one piece', async () => {
    const tiled = await restoreTo(engine, 'tiled', { input: photo, plugin: staged, skip: false });
    const wide = { min: 256, preferred: 256, max: 256 };
    const whole = await makeTinyPlugin(join(folder.path, 'whole'), 'staged', wide);
    const untiled = await restoreTo(engine, 'untiled', {
      input: photo,
      plugin: whole,
      skip: false,
    });
    expect(untiled.report.tiles.total).toBe(1);
    expect(tiled.report.tiles.total).toBeGreaterThan(3);
    let worst = 0;
    tiled.pixels.forEach((value, i) => {
      worst = Math.max(worst, Math.abs(value - (untiled.pixels[i] ?? 0)));
    });
    expect(worst).toBe(0);
  });

  it('does not depend on the order of the tiles', async () => {
    const request = { input: photo, plugin: staged, skip: false };
    const plain = await restoreTo(engine, 'order-a', request);
    // A weak hint reorders the tiles; the tiny network's pixels ignore the hint itself.
    const rois = [{ x: 180, y: 120, w: 40, h: 40, strength: 0.1 }];
    const hinted = await restoreTo(engine, 'order-b', { ...request, rois });
    const order = (events: typeof plain.events) =>
      events.flatMap((event) => (event.type === 'stage' ? [event.tile] : []));
    expect(order(hinted.events)).not.toEqual(order(plain.events));
    expect(hinted.pixels.equals(plain.pixels)).toBe(true);
  });

  it.each([1, 2, 3, 7, 16, 31, 33, 63])('accepts a photo of side %i', async (side) => {
    const small = await makePhoto(folder.path, side, 64 - side);
    const { pixels } = await restoreTo(engine, 'small', { input: small, plugin: staged });
    expect(pixels).toHaveLength(side * (64 - side) * 3);
  });

  it('runs a single-file model with a five-line manifest', async () => {
    const plugin = await makeTinyPlugin(folder.path, 'single');
    const { report } = await restoreTo(engine, 'single', { input: photo, plugin });
    expect(report.stages).toHaveLength(1);
  });

  it('averages turned copies on request', async () => {
    const request = { input: photo, plugin: staged, skip: false };
    const plain = await restoreTo(engine, 'one', request);
    const eight = await restoreTo(engine, 'eight', { ...request, selfEnsemble: true });
    let worst = 0;
    plain.pixels.forEach((value, i) => {
      worst = Math.max(worst, Math.abs(value - (eight.pixels[i] ?? 0)));
    });
    // The tiny network treats all directions alike, so the copies differ by rounding only.
    expect(worst).toBeLessThanOrEqual(1);
  });
});

describe('unchanged parts', () => {
  it('have the same bytes where the mask is black', async () => {
    const mask = join(folder.path, 'mask.png');
    const box = await sharp({ create: { width: 60, height: 50, channels: 3, background: '#fff' } })
      .png()
      .toBuffer();
    await sharp({ create: { width: 230, height: 170, channels: 3, background: '#000' } })
      .composite([{ input: box, left: 20, top: 30 }])
      .png()
      .toFile(mask);
    const { pixels, report } = await restoreTo(engine, 'masked', {
      input: photo,
      plugin: staged,
      mask,
      skip: false,
    });
    const before = (await readPixels(photo)).data;
    let changed = 0;
    pixels.forEach((value, i) => {
      const x = Math.floor(i / 3) % 230;
      const y = Math.floor(i / 3 / 230);
      if (value === before[i]) return;
      changed++;
      expect(x >= 20 && x < 80 && y >= 30 && y < 80).toBe(true);
    });
    expect(changed).toBeGreaterThan(1000);
    expect(report.tiles.skipped).toBeGreaterThan(0);
  });

  it('keep 16 bits: more than 256 levels, and every sample where the mask is black', async () => {
    const [width, height] = [96, 64];
    const ramp = new Uint16Array(width * height * 3).map((_, i) => 20_000 + (i % 9000));
    const input = join(folder.path, 'deep.tif');
    const raw = { raw: { width, height, channels: 3 } } as const;
    await sharp(ramp, raw).toColourspace('rgb16').tiff({ compression: 'lzw' }).toFile(input);
    const mask = join(folder.path, 'deep.mask.png');
    const white = new Uint8Array(width * height).map((_, i) => (i % width < 40 ? 0 : 255));
    await writeGrayPng(mask, width, height, white);
    const path = join(folder.path, 'deep-out.tif');
    const soft = await makeTinyPlugin(folder.path, 'soft');
    const request = { input, plugin: soft, provider: 'cpu', skip: false } as const;
    const never = new AbortController().signal;
    await restorePhoto(never, engine, { ...request, mask, output: { path } }, () => undefined);
    const { data } = await decodePhoto(path);
    expect(data).toBeInstanceOf(Uint16Array);
    const changed = [...data].filter((value, i) => value !== ramp[i]);
    expect(new Set(changed).size).toBeGreaterThan(256);
    const outside = (i: number) => Math.floor(i / 3) % width < 40;
    expect(data.filter((_, i) => outside(i))).toEqual(ramp.filter((_, i) => outside(i)));
    // An 8-bit photo too, on request.
    const eight = await makePhoto(folder.path, 97, 65);
    const output = { path: join(folder.path, 'finer.png'), depth: 16 } as const;
    await restorePhoto(never, engine, { ...request, input: eight, output }, () => undefined);
    const finer = (await decodePhoto(output.path)).data;
    expect(finer.some((value) => value % 257 !== 0)).toBe(true);
    expect(new Set(finer).size).toBeGreaterThan(256);
  });

  it('are the whole photo at strength 0', async () => {
    const request = { input: photo, plugin: staged, strength: 0, skip: false };
    const { pixels, report } = await restoreTo(engine, 'zero', request);
    expect(pixels.equals((await readPixels(photo)).data)).toBe(true);
    expect(report.tiles.processed).toBe(0);
  });

  it('include tiles in which stage 1 finds no blur', async () => {
    const plugin = await makeTinyPlugin(folder.path, 'easy');
    const { pixels, report } = await restoreTo(engine, 'easy', { input: photo, plugin });
    expect(pixels.equals((await readPixels(photo)).data)).toBe(true);
    expect(report.tiles.processed).toBe(0);
    expect(report.stages[1]?.ms).toBe(0);
  });
});

describe('guards', () => {
  it.each(['nan', 'dark'] as const)(
    'leave the photo unrestored after a bad output: %s',
    async (kind) => {
      const plugin = await makeTinyPlugin(folder.path, kind);
      const { pixels, report } = await restoreTo(engine, kind, { input: photo, plugin });
      expect(pixels.equals((await readPixels(photo)).data)).toBe(true);
      expect(report.warnings[0]).toMatchObject({ code: 'part-not-restored' });
      expect(report.tiles.processed).toBe(0);
    },
  );
});

describe('a failing network', () => {
  it('fails the photo without a file if every tile fails', async () => {
    const plugin = await makeTinyPlugin(folder.path, 'failing');
    await expect(restoreTo(engine, 'failing', { input: photo, plugin })).rejects.toMatchObject({
      code: 'plugin-failed',
    });
    expect(existsSync(join(folder.path, 'failing.png'))).toBe(false);
  });

  it('runs no second stage after the guard rejects the first', async () => {
    const plugin = await makeTinyPlugin(folder.path, 'dark-first');
    const request = { input: photo, plugin, skip: false };
    const { pixels, report, events } = await restoreTo(engine, 'dark-first', request);
    expect(pixels.equals((await readPixels(photo)).data)).toBe(true);
    expect(events.filter(({ type }) => type === 'stage')).toEqual([]);
    expect(report.tiles.processed).toBe(0);
  });

  it('runs on smaller tiles after an out-of-memory', async () => {
    const plugin = await makeTinyPlugin(folder.path, 'hungry', { preferred: 512, max: 512 });
    const input = await makePhoto(folder.path, 300, 260);
    const { report, events, pixels } = await restoreTo(engine, 'hungry', { input, plugin });
    expect(pixels.equals((await readPixels(input)).data)).toBe(true);
    expect(report.warnings).toEqual([]);
    const sides = events.flatMap((event) => (event.type === 'loaded' ? [event.tile] : []));
    expect(sides.length).toBeGreaterThan(1);
    expect(sides.at(-1)).toBeLessThan(sides[0] ?? 0);
    expect(report.tiles.processed).toBe(report.tiles.total);
  });

  it('fails with out-of-memory on the smallest tiles', async () => {
    const plugin = await makeTinyPlugin(folder.path, 'hungry', {
      min: 512,
      preferred: 512,
      max: 512,
    });
    await expect(restoreTo(engine, 'starved', { input: photo, plugin })).rejects.toMatchObject({
      code: 'out-of-memory',
    });
  });
});

describe('stages and maps', () => {
  it('are written at the size of the photo', async () => {
    const stagesDir = join(folder.path, 'stages');
    const mapsDir = join(folder.path, 'maps');
    const { pixels } = await restoreTo(engine, 'looked', {
      input: photo,
      plugin: staged,
      skip: false,
      rois: [{ x: 0, y: 0, w: 115, h: 170 }],
      stagesDir,
      mapsDir,
    });
    const name = 'photo-230x170';
    expect((await readdir(stagesDir)).sort()).toEqual([`${name}.stage1.png`, `${name}.stage2.png`]);
    const last = await readPixels(join(stagesDir, `${name}.stage2.png`));
    expect(last.data.equals(pixels)).toBe(true);
    for (const map of ['difficulty', 'samples', 'attention', 'offsets']) {
      const { width, height } = await readPixels(join(mapsDir, `${name}.${map}.png`));
      expect([width, height]).toEqual([230, 170]);
    }
    const samples = await readPixels(join(mapsDir, `${name}.samples.png`));
    const at = (x: number) => samples.data[(80 * 230 + x) * samples.channels] ?? 0;
    expect(at(40)).toBeGreaterThan(at(200));
  });
});
