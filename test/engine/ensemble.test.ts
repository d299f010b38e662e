/** Self-ensemble: the mean over the eight mirrored and turned copies of a tile. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outcome } from '../../src/main/engine/channel.js';
import { planGrid } from '../../src/main/engine/grid.js';
import { loadManifest } from '../../src/main/engine/load-manifest.js';
import { extractTile } from '../../src/main/engine/pixels.js';
import { planTiles } from '../../src/main/engine/plan.js';
import type { StageCall } from '../../src/main/engine/protocol.js';
import { PluginSessions } from '../../src/main/engine/sessions.js';
import { StageBuffers } from '../../src/main/engine/stage-buffers.js';
import { runTile, type StageOutcome } from '../../src/main/engine/tile-runner.js';
import { decodePhoto, writeGrayPng } from '../../src/main/imaging/index.js';
import { makeEngine, makeFolder, makePhoto, readPixels, restoreTo } from './harness.js';
import { makeTinyPlugin, TINY_STRIDE } from './tiny-plugin.js';

const folder = await makeFolder();
const engine = makeEngine();
let photo: string;
let plugin: string;

beforeAll(async () => {
  photo = await makePhoto(folder.path, 83, 61);
  plugin = await makeTinyPlugin(folder.path, 'slanted');
});
afterAll(async () => {
  await engine.close();
  await folder.remove();
});

/** Where pixel (x, y) of a square of side n lies in each of its eight copies. */
const TURNS = [
  (x: number, y: number) => [x, y],
  (x: number, y: number, n: number) => [n - 1 - y, x],
  (x: number, y: number, n: number) => [n - 1 - x, n - 1 - y],
  (x: number, y: number, n: number) => [y, n - 1 - x],
  (x: number, y: number, n: number) => [n - 1 - x, y],
  (x: number, y: number) => [y, x],
  (x: number, y: number, n: number) => [x, n - 1 - y],
  (x: number, y: number, n: number) => [n - 1 - y, n - 1 - x],
] as const;

/** Values of [C,n,n] moved there, or back again. */
function turned(values: Float32Array, side: number, turn: (typeof TURNS)[number], back = false) {
  const moved = new Float32Array(values.length);
  for (let at = 0; at < values.length; at++) {
    const [x, y] = [at % side, Math.floor(at / side) % side];
    const [tx, ty] = turn(x, y, side) as [number, number];
    const to = at - y * side - x + ty * side + tx;
    if (back) moved[at] = values[to]!;
    else moved[to] = values[at]!;
  }
  return moved;
}

describe('a tile', () => {
  it('is the mean of its eight copies, with hints turned, and tells its stage when that is known', async () => {
    const manifest = await loadManifest(plugin);
    const sessions = await PluginSessions.load(plugin, manifest, 'cpu', 1);
    const image = await decodePhoto(photo);
    const grid = planGrid(image.width, image.height, manifest.tile, 96);
    const rois = [{ x: 8, y: 4, w: 20, h: 12, strength: 0.5 }];
    const plan = planTiles(image, grid, { rois, budget: 1, mask: null, skip: false, idle: false });
    const side = grid.tileWidth;
    expect([grid.tileHeight, plan.work.length, side > image.width]).toEqual([side, 1, true]);
    const planned = plan.work[0]!;

    const run = async (data: Float32Array, roi: Float32Array) => {
      const into = new Float32Array(data.length);
      const shape = { width: side, height: side, budget: 1, slot: 7, maps: false, forceCpu: true };
      await sessions.run({ ...shape, stage: 0, image: data, roi, into });
      return into;
    };
    const input = extractTile(image, grid, planned.tile, manifest.image);
    const cells = side / TINY_STRIDE;
    const hints = new Float32Array(cells * cells).map((_, i) => {
      const [x, y] = [(i % cells) * TINY_STRIDE, Math.floor(i / cells) * TINY_STRIDE];
      return x >= 8 && x < 28 && y >= 4 && y < 16 ? 0.5 : 0;
    });
    const mean = new Float64Array(input.length);
    for (const turn of TURNS) {
      const copy = await run(turned(input, side, turn), turned(hints, cells, turn));
      turned(copy, side, turn, true).forEach((value, i) => (mean[i]! += value / 8));
    }

    let times = 0;
    const worker = {
      runStage: (call: StageCall) =>
        outcome(async () => {
          const result = await sessions.run(call);
          times += result.ms;
          return result;
        }),
    };
    const told: { at: number; outcome: StageOutcome; first: number }[] = [];
    const context = { worker, manifest, image, grid, rois, skip: false, maps: true, slot: 0 };
    const tile = async (selfEnsemble: boolean) =>
      runTile(
        new AbortController().signal,
        { ...context, selfEnsemble, buffers: new StageBuffers(input.length) },
        planned,
        true,
        (at, outcome) => {
          told.push({ at, outcome, first: outcome.restored[1000]! });
          return Promise.resolve();
        },
      );
    const plain = await tile(false);
    times = 0;
    told.length = 0;
    const averaged = await tile(true);
    const [stage] = averaged.stages;
    expect(worst(stage!.restored, mean)).toBeLessThan(1e-6);
    // The network sees left and right differently: one copy is not the mean.
    expect(worst(plain.stages[0]!.restored, mean)).toBeGreaterThan(0.01);
    expect(told).toHaveLength(1);
    expect(told[0]!.first).toBe(stage!.restored[1000]);
    expect(stage!.ms).toBeCloseTo(times, 6);
    expect(averaged.maps).toEqual(plain.maps);
    expect(Object.keys(averaged.maps)).toEqual(['difficulty', 'attention', 'offsets']);
    await sessions.release();
  });
});

describe('a photo', () => {
  it('keeps to the mask, has the same maps, and shows stages as they are averaged', async () => {
    const [width, height] = [203, 131];
    const input = await makePhoto(folder.path, width, height);
    const mask = join(folder.path, 'mask.png');
    const inside = (x: number, y: number) => x >= 20 && x < 120 && y >= 30 && y < 100;
    const white = new Uint8Array(width * height).map((_, i) =>
      inside(i % width, Math.floor(i / width)) ? 255 : 0,
    );
    await writeGrayPng(mask, width, height, white);
    const request = { input, plugin, mask, skip: false, tile: 96 };
    const hinted = { ...request, rois: [{ x: 40, y: 40, w: 40, h: 30, strength: 1 }] };
    const restored = (name: string, selfEnsemble: boolean, wanted = hinted) =>
      restoreTo(engine, name, {
        ...wanted,
        selfEnsemble,
        stagesDir: join(folder.path, `${name}-stages`),
        mapsDir: join(folder.path, `${name}-maps`),
      });
    const plain = await restored('plain', false);
    const eight = await restored('eight', true);
    const unhinted = await restored('unhinted', true, { ...request, rois: [] });
    const before = (await readPixels(input)).data;
    const changed = [plain, unhinted].map(() => 0);
    for (let i = 0; i < before.length; i++) {
      const at = Math.floor(i / 3);
      const outside = !inside(at % width, Math.floor(at / width));
      if (outside && eight.pixels[i] !== before[i]) throw new Error('changed outside the mask');
      [plain, unhinted].forEach((other, k) => {
        if (other.pixels[i] !== eight.pixels[i]) changed[k]! += 1;
      });
    }
    expect(changed[0]).toBeGreaterThan(1000);
    // A hint of 1/100 is 2 or 3 levels of 255, in its box.
    expect(changed[1]).toBeGreaterThan(40 * 30);
    expect(changed[1]).toBeLessThanOrEqual(44 * 34 * 3);
    const stage = await readPixels(join(folder.path, 'eight-stages', `photo-203x131.stage1.png`));
    expect(stage.data.equals(eight.pixels)).toBe(true);
    const maps = readdirSync(join(folder.path, 'eight-maps'));
    expect(maps).toHaveLength(3);
    for (const map of maps) {
      const [a, b] = ['plain', 'eight'].map((name) =>
        readFileSync(join(folder.path, `${name}-maps`, map)),
      );
      expect(a!.equals(b!)).toBe(true);
    }
    const stages = (events: typeof plain.events) =>
      events.flatMap((event) => (event.type === 'stage' ? [[event.tile, event.stage]] : []));
    expect(stages(eight.events)).toEqual(stages(plain.events));
  });
});

function worst(values: Float32Array, others: Float64Array): number {
  let most = 0;
  values.forEach((value, i) => (most = Math.max(most, Math.abs(value - others[i]!))));
  return most;
}
