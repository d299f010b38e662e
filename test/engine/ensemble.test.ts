/** Averages the eight mirrored and turned copies of a tile (self-ensemble). */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Manifest } from '../../src/shared/contracts/manifest.js';
import type { Rect, RoiHint } from '../../src/shared/contracts/restore.js';
import { planGrid } from '../../src/main/tiling/grid.js';
import { loadManifest, verifyPlugin } from '../../src/main/plugins/verify.js';
import { extractTile } from '../../src/main/tiling/pixels.js';
import { planTiles } from '../../src/main/tiling/plan.js';
import type { StageCall } from '../../src/main/engine/inference/protocol.js';
import { PluginSessions } from '../../src/main/engine/inference/sessions.js';
import { StageBuffers } from '../../src/main/engine/inference/stage-call.js';
import { runTile, type StageOutcome } from '../../src/main/engine/network/tile-runner.js';
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

/** Position of pixel (x, y) of a square of side n in each of its eight copies. */
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

/** Copies that are mirrored or upside down, but not turned by a quarter. */
const UPRIGHT = [TURNS[0], TURNS[2], TURNS[4], TURNS[6]] as readonly unknown[];

const TILE = { multipleOf: 16, min: 32, max: 128, preferred: 96, overlap: 16, fixed: false };
const WITH_HINTS = { image: 'image', roi: 'roi', budget: 'budget' };

function inside({ x, y, w, h }: Rect, atX: number, atY: number): boolean {
  return atX >= x && atX < x + w && atY >= y && atY < y + h;
}

/** Moves the values of [C,n,n] into a copy, or back. */
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
  it('averages its eight copies, with turned hints, and reports the stage at the end', async () => {
    const verified = await verifyPlugin(plugin);
    const { manifest } = verified;
    const sessions = await PluginSessions.load(verified, 'cpu', 1);
    const image = await decodePhoto(photo);
    const grid = planGrid(image.width, image.height, manifest.tile, 96);
    const rois = [{ x: 8, y: 4, w: 20, h: 12, strength: 0.5 }];
    const options = { budget: 1, rois, selfEnsemble: true };
    const plan = planTiles(grid, options, manifest.inputs);
    const side = grid.tileWidth;
    expect([grid.tileHeight, plan.length, side > image.width]).toEqual([side, 1, true]);
    const planned = { ...plan[0]!, smeared: 0 };
    expect(planned.copies).toBe(8);

    const run = async (data: Float32Array, roi: Float32Array) => {
      const into = new Float32Array(data.length);
      const shape = {
        width: side,
        height: side,
        guess: null,
        budget: 1,
        maps: false,
        forceCpu: true,
      };
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
    const upright = new Float64Array(input.length);
    for (const turn of TURNS) {
      const copy = await run(turned(input, side, turn), turned(hints, cells, turn));
      turned(copy, side, turn, true).forEach((value, i) => {
        mean[i]! += value / 8;
        if (UPRIGHT.includes(turn)) upright[i]! += value / 4;
      });
    }

    let times = 0;
    const worker = {
      runStage: async (call: StageCall) => {
        const result = await sessions.run(call);
        times += result.ms;
        return result;
      },
    };
    const reports: { at: number; outcome: StageOutcome; first: number }[] = [];
    const context = { worker, manifest, image, grid, rois, skip: false, maps: true };
    const pixels = { image: input, guess: null };
    const onStage = (at: number, outcome: StageOutcome) =>
      void reports.push({ at, outcome, first: outcome.restored[1000]! });
    const tile = async (copies: number) =>
      runTile(
        { ...context, buffers: new StageBuffers(input.length) },
        { ...planned, copies },
        pixels,
        true,
        { onStage },
      );
    const plain = await tile(1);
    times = 0;
    reports.length = 0;
    const averaged = await tile(8);
    const [stage] = averaged;
    expect(worst(stage!.restored, mean)).toBeLessThan(1e-6);
    // The network is asymmetric, so one copy differs from the mean.
    expect(worst(plain[0]!.restored, mean)).toBeGreaterThan(0.01);
    expect(reports).toHaveLength(1);
    expect(reports[0]!.first).toBe(stage!.restored[1000]);
    expect(stage!.ms).toBeCloseTo(times, 6);
    expect(stage!.maps).toEqual(plain[0]!.maps);
    expect(Object.keys(stage!.maps).sort()).toEqual(['attention', 'difficulty', 'offsets']);
    const fewer = await tile(4);
    expect(worst(fewer[0]!.restored, upright)).toBeLessThan(1e-6);
    expect(worst(fewer[0]!.restored, mean)).toBeGreaterThan(0.001);
    await sessions.release();
  });

  it('gets more copies by its strongest hint if the network has no hint input', async () => {
    const { inputs } = await loadManifest(await makeTinyPlugin(folder.path, 'single'));
    const image = await decodePhoto(photo);
    const grid = planGrid(image.width, image.height, { ...TILE, overlap: 8 }, 32);
    const options = { budget: 2, selfEnsemble: false };
    const hint = (x: number, strength: number) => ({ x, y: 0, w: 2, h: 2, strength });
    const planned = (inputs: Manifest['inputs'], ...rois: RoiHint[]) =>
      planTiles(grid, { ...options, rois }, inputs);
    const plan = (...rois: RoiHint[]) => planned(inputs, ...rois);
    const copiesAt = (x: number, ...rois: RoiHint[]) =>
      plan(...rois).find(({ tile }) => inside(tile.rect, x, 0))?.copies;
    for (const [strength, copies] of [
      [0, 1],
      [0.05, 2],
      [0.3, 2],
      [0.6, 4],
      [0.7, 8],
      [1, 8],
    ] as const) {
      expect([strength, copiesAt(0, hint(0, strength))]).toEqual([strength, copies]);
    }
    expect(copiesAt(0, hint(0, 0.2), hint(4, 0.5))).toBe(4);
    expect(copiesAt(80, hint(0, 1))).toBe(1);
    const work = plan(hint(0, 1));
    expect(work[0]).toMatchObject({ hinted: true, copies: 8, tile: { index: 0 } });
    // This network has no budget input either.
    expect(new Set(work.map(({ budget }) => budget))).toEqual(new Set([1]));
    const hinted = planned(WITH_HINTS, hint(0, 1))[0]!;
    expect(hinted).toMatchObject({ hinted: true, copies: 1 });
    expect(hinted.budget).toBeCloseTo(2, 6);
    const wide = { ...hint(0, 1), w: 32, h: 32 };
    const more = planned(WITH_HINTS, wide)[0]!;
    expect(more.budget).toBeGreaterThan(2);
  });
});

describe('a photo', () => {
  it('is averaged inside the mask only, with the same maps and averaged stages', async () => {
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
