/**
 * Runs every built-in network; they are found by reading the folder, so a new one is covered.
 * UNSMEAR_TEST_MODELS names another folder, for trying networks before they ship.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { planGrid } from '../../src/main/tiling/grid.js';
import type { StageCall } from '../../src/main/engine/inference/protocol.js';
import { PluginSessions } from '../../src/main/engine/inference/sessions.js';
import { StageBuffers } from '../../src/main/engine/inference/stage-call.js';
import { readTile, runTile } from '../../src/main/engine/network/tile-runner.js';
import { decodePhoto } from '../../src/main/imaging/index.js';
import { programFolder } from '../../src/main/storage/places.js';
import { loadManifest, verifyPlugin } from '../../src/main/plugins/verify.js';
import { manifestMaps } from '../../src/shared/contracts/manifest.js';
import {
  makeDetail,
  makeEngine,
  makeFolder,
  readPixels,
  restoreTo,
  type Restored,
} from './harness.js';

const MODELS = process.env.UNSMEAR_TEST_MODELS ?? join(programFolder(), 'models');
const ids = readdirSync(MODELS).filter((id) => existsSync(join(MODELS, id, 'plugin.json')));
/** Sides that no tile size divides. */
const [WIDTH, HEIGHT] = [300, 186];
/** Octaves of a photo of this size. */
const OCTAVES = ['1/4', '1/2', '1'];
/** Channels of the maps that have more than one. */
const CHANNELS: Readonly<Record<string, number>> = { offsets: 2, extent: 3, kind: 3 };

const folder = await makeFolder();
const engine = makeEngine();
let photo: string;

beforeAll(async () => {
  photo = await makeDetail(folder.path, WIDTH, HEIGHT);
});
afterAll(async () => {
  await engine.close();
  await folder.remove();
});

it('the folder has networks', () => {
  expect(ids.length).toBeGreaterThan(0);
});

describe.each(ids)('%s', (id) => {
  const plugin = join(MODELS, id);

  it('has the published hashes', async () => {
    const { manifest } = await verifyPlugin(plugin);
    expect(manifest.id).toBe(id);
    for (const stage of manifest.stages) expect(stage.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('returns every map of its manifest, finite and at the declared size', async () => {
    const verified = await verifyPlugin(plugin);
    const { manifest } = verified;
    const image = await decodePhoto(photo);
    const grid = planGrid(image.width, image.height, manifest.tile, 128);
    const planned = { tile: grid.tiles[0]!, budget: 1, hinted: false, copies: 1, hint: 0 };
    const sessions = await PluginSessions.load(verified, 'cpu', 2);
    const worker = { runStage: (call: StageCall) => sessions.run(call) };
    const buffers = new StageBuffers(3 * grid.tileWidth * grid.tileHeight);
    const context = {
      worker,
      manifest,
      image,
      grid,
      buffers,
      rois: [],
      skip: false,
      maps: true,
    };
    const pixels = readTile(context, planned, null);
    const stages = await runTile(context, planned, pixels, true, { onStage: () => undefined });
    await sessions.release();
    expect(stages).toHaveLength(manifest.stages.length);
    const names = new Set(stages.flatMap(({ maps }) => Object.keys(maps)));
    // The blur map is drawn from two outputs.
    const outputs = manifestMaps(manifest).flatMap((name) =>
      name === 'blur' ? ['extent', 'kind'] : [name],
    );
    expect([...names].sort()).toEqual(outputs.sort());
    stages.forEach(({ maps, restored }, i) => {
      expect(finite(restored)).toBe(true);
      if (manifest.stages[i]!.outputs.difficulty !== undefined) {
        const highest = Math.max(...maps.difficulty!.data);
        expect(highest).toBeGreaterThan(0);
        expect(highest).toBeLessThan(1);
      }
      for (const [name, { data, channels, width, height }] of Object.entries(maps)) {
        expect([name, finite(data), data.length]).toEqual([name, true, channels * width * height]);
        expect([name, channels]).toEqual([name, CHANNELS[name] ?? 1]);
        // A cell covers as many pixels across as down.
        expect(grid.tileWidth / width).toBe(grid.tileHeight / height);
      }
    });
  });

  it('restores a photo with all its stages, without visible seams', async () => {
    const manifest = await loadManifest(plugin);
    const isPyramid = manifest.pyramid !== undefined;
    const labels = isPyramid ? OCTAVES : manifest.stages.map(({ label }) => label);
    const maps = join(folder.path, `${id}-maps`);
    const request = { input: photo, plugin, skip: false };
    const tiled = await restoreTo(engine, `${id}-tiled`, { ...request, tile: 160, mapsDir: maps });
    expect(tiled.report).toMatchObject({ model: id, warnings: [] });
    expect(tiled.report.stages.map(({ label }) => label)).toEqual(labels);
    const { total, processed } = tiled.report.tiles;
    expect([total > 1, processed]).toEqual([true, total]);
    const last = tiled.events.flatMap((event) => (event.type === 'stage' ? [event.stage] : []));
    expect(last).toHaveLength(total);
    expect([...new Set(last)].sort()).toEqual(isPyramid ? [1, 2, 3] : [labels.length]);
    expect(tiled.report.stages.every(({ ms }) => ms > 0)).toBe(true);
    for (const name of manifestMaps(manifest)) {
      const map = await readPixels(join(maps, `detail-300x186.${name}.png`));
      expect([name, map.width, map.height]).toEqual([name, WIDTH, HEIGHT]);
    }
    const before = (await readPixels(photo)).data;
    expect(meanDifference(before, tiled.pixels)).toBeGreaterThan(0.05);

    const whole = await restoreTo(engine, `${id}-whole`, { ...request, tile: 320 });
    expect(whole.report.tiles.total).toBe(isPyramid ? OCTAVES.length : 1);
    expect(borderRatio(whole.pixels, tiled)).toBeLessThan(1.3);
  });
});

function finite(values: Float32Array): boolean {
  return values.length > 0 && values.every(Number.isFinite);
}

function meanDifference(a: Buffer, b: Buffer): number {
  return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length;
}

/** Returns the mean gradient of (tiled − whole) in the seams, relative to that elsewhere. */
function borderRatio(whole: Buffer, { pixels, events }: Restored): number {
  const tiles = events.flatMap((event) => (event.type === 'stage' ? [event.rect] : []));
  const atBorder = (x: number) =>
    tiles.filter(({ x: left, w }) => x >= left - 1 && x <= left + w).length;
  const columns = Array.from({ length: WIDTH }, (_, x) => atBorder(x));
  const least = Math.min(...columns);
  const sums = { border: [0, 0], elsewhere: [0, 0] };
  for (let i = 3; i < pixels.length; i++) {
    const x = Math.floor(i / 3) % WIDTH;
    if (x === 0) continue;
    const step = pixels[i]! - whole[i]! - (pixels[i - 3]! - whole[i - 3]!);
    const sum = columns[x]! > least ? sums.border : sums.elsewhere;
    sum[0]! += Math.abs(step);
    sum[1]! += 1;
  }
  const [border, elsewhere] = [sums.border, sums.elsewhere].map(([sum, count]) => sum! / count!);
  return elsewhere === 0 ? 1 : border! / elsewhere!;
}
