/** Exports tell how far they are, and leave no file when they are cancelled. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RegionDocument } from '../../src/shared/regions/index.js';
import { ExportProgress } from '../../src/main/engine/studio/export-progress.js';
import { makeEngine, makeFolder } from './harness.js';
import { AS_THE_PHOTO, EVERYWHERE, NEVER, specOf, TestStudio } from './studio-harness.js';
import { makeTinyPlugin } from './tiny-plugin.js';

const engine = makeEngine();
const studio = new TestStudio(engine);
const REGIONS: RegionDocument = {
  version: 1,
  operations: [
    { kind: 'ellipse', mode: 'add', x: 200, y: 200, w: 2000, h: 1500 },
    { kind: 'feather', radius: 40 },
  ],
};
let folder: Awaited<ReturnType<typeof makeFolder>>;
let out: Awaited<ReturnType<typeof makeFolder>>;
let result: string;

/** Large enough that writing it takes a while: noise does not compress. */
const SIDE = 3200;

beforeAll(async () => {
  folder = await makeFolder();
  out = await makeFolder();
  const path = join(folder.path, 'noise.png');
  await sharp({
    create: {
      ...{ width: SIDE, height: SIDE, channels: 3, background: '#888' },
      noise: { type: 'gaussian', mean: 128, sigma: 40 },
    },
  })
    .png({ compressionLevel: 1 })
    .toFile(path);
  await studio.client.open(NEVER, 'p-large', path);
  // The result is begun, not finished: what is exported is as large all the same.
  const plugin = await makeTinyPlugin(folder.path, 'staged');
  result = (await studio.client.start(NEVER, 'p-large', specOf(plugin), null)).result;
  await studio.client.stop(NEVER, 'p-large');
});
afterAll(async () => {
  await studio.client.dispose();
  await engine.close();
  await folder.remove();
  await out.remove();
});

function exportTo(
  name: string,
  signal: AbortSignal,
  tell: (done: number) => void,
  regions = EVERYWHERE,
) {
  const output = {
    path: join(out.path, name),
    ...AS_THE_PHOTO,
    onExist: 'error',
  } as const;
  const call = { photo: 'p-large', result, stage: 0, strength: 1, regions, output };
  return studio.client.export(signal, call, tell);
}

describe('an export', () => {
  it('tells how far it is, about ten times a second, and never backwards', async () => {
    const told: { done: number; at: number }[] = [];
    const tell = (done: number) => told.push({ done, at: performance.now() });
    const start = performance.now();
    await exportTo('told.png', NEVER, tell, REGIONS);
    const seconds = (performance.now() - start) / 1000;
    expect(told[0]).toMatchObject({ done: 0 });
    expect(told.at(-1)).toMatchObject({ done: 1 });
    const shares = told.map(({ done }) => done);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(new Set(shares).size).toBe(shares.length);
    expect(told.length / seconds).toBeGreaterThan(4);
    expect(told.length / seconds).toBeLessThan(20);
  });

  it.each([
    ['while it is composed', 0.05],
    ['while it is encoded', 0.5],
  ])('cancelled %s ends soon and leaves no file', async (_, share) => {
    const controller = new AbortController();
    let cancelled = 0;
    const exporting = exportTo('gone.png', controller.signal, (done) => {
      if (done < share || cancelled > 0) return;
      cancelled = performance.now();
      controller.abort();
    });
    await expect(exporting).rejects.toMatchObject({ code: 'cancelled' });
    expect(cancelled).toBeGreaterThan(0);
    expect(performance.now() - cancelled).toBeLessThan(800);
    // The encoder cannot be stopped; what it still writes is removed when it is done.
    await expect
      .poll(() => readdir(out.path), { timeout: 20_000, interval: 200 })
      .toEqual(['told.png']);
  });
});

describe('an encoder that is slower than expected', () => {
  it('is not said to be done before it is', async () => {
    const told: number[] = [];
    const progress = new ExportProgress((done) => told.push(done));
    progress.at(0.4);
    const slow = () => new Promise((resolve) => setTimeout(resolve, 700));
    await progress.encoding('jpeg', 1000, slow);
    expect(told.length).toBeGreaterThan(4);
    expect(told.slice(0, -1).every((done) => done >= 0.4 && done < 1)).toBe(true);
    expect(told.at(-1)).toBe(1);
  });
});
