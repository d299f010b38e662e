/** Exports report their progress, and leave no file when they are cancelled. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadManifest } from '../../src/main/plugins/verify.js';
import { NO_RECOVERY } from '../../src/main/engine/protocol.js';
import { tileSharpness } from '../../src/main/blur/sharpness.js';
import { exportPhoto } from '../../src/main/engine/session/export.js';
import { MaskReader } from '../../src/main/engine/session/coverage.js';
import { ExportProgress } from '../../src/main/engine/session/export-progress.js';
import { Restoration } from '../../src/main/engine/session/restoration.js';
import { TileStore } from '../../src/main/engine/session/tile-store.js';
import type { Rect } from '../../src/shared/contracts/restore.js';
import { decodePhoto, type DecodedPhoto } from '../../src/main/imaging/index.js';
import type { UnsmearError } from '../../src/shared/core/errors.js';
import type { RegionDocument } from '../../src/shared/regions/index.js';
import { makeEngine, makeFolder } from './harness.js';
import { AS_THE_PHOTO, NEVER, settingsOf, TestSessions } from './session-harness.js';
import { makeTinyPlugin } from './tiny-plugin.js';

const engine = makeEngine();
const sessions = new TestSessions(engine);
/** Side in pixels of a noise picture, which encodes much more slowly than it is cancelled. */
const SIDE = 2048;
const REGIONS: RegionDocument = {
  operations: [
    { kind: 'ellipse', mode: 'add', x: 200, y: 200, w: 1500, h: 1200 },
    { kind: 'feather', radius: 40 },
  ],
};
let folder: Awaited<ReturnType<typeof makeFolder>>;
let out: Awaited<ReturnType<typeof makeFolder>>;
let path: string;
let plugin: string;

beforeAll(async () => {
  folder = await makeFolder();
  out = await makeFolder();
  plugin = await makeTinyPlugin(folder.path, 'staged');
  path = join(folder.path, 'noise.png');
  const noise = { type: 'gaussian', mean: 128, sigma: 40 } as const;
  await sharp({ create: { width: SIDE, height: SIDE, channels: 3, background: '#888', noise } })
    .png({ compressionLevel: 1 })
    .toFile(path);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});
afterAll(async () => {
  await sessions.dispose();
  await engine.close();
  await folder.remove();
  await out.remove();
});

const output = (name: string) => ({
  ...{ path: join(out.path, name), ...AS_THE_PHOTO, onExist: 'error' as const },
});

describe('an export from the engine', () => {
  let restoration: string;

  beforeAll(async () => {
    await sessions.open('p-large', path);
    // The restoration is unfinished; the file has the full size all the same.
    ({ restoration } = await sessions.start('p-large', settingsOf(plugin)));
    await sessions.session('p-large').stop(NEVER);
  });

  function exportTo(name: string, signal: AbortSignal, onProgress?: (done: number) => void) {
    const call = { photo: 'p-large', restoration, regions: REGIONS, output: output(name) };
    return sessions.export(call, signal, onProgress);
  }

  it('reports rising progress from 0 to 1', async () => {
    const reported: number[] = [];
    await exportTo('reported.png', NEVER, (done) => reported.push(done));
    expect([reported[0], reported.at(-1)]).toEqual([0, 1]);
    expect(reported).toEqual([...reported].sort((a, b) => a - b));
    expect(new Set(reported).size).toBe(reported.length);
    expect(await readdir(out.path)).toEqual(['reported.png']);
  });

  it('leaves no file if cancelled', async () => {
    const controller = new AbortController();
    const exporting = exportTo('gone.png', controller.signal);
    // The engine has received the call by then.
    setImmediate(() => controller.abort());
    await expect(exporting).rejects.toMatchObject({ code: 'cancelled' });
    await expect.poll(() => readdir(out.path)).toEqual(['reported.png']);
  });
});

describe('a cancelled export', () => {
  let photo: DecodedPhoto;
  let restoration: Restoration;

  beforeAll(async () => {
    photo = await decodePhoto(path);
    const manifest = await loadManifest(plugin);
    const store = TileStore.open(folder.path, 'export');
    const sharpnessOf = (rect: Rect) => tileSharpness(photo, rect);
    const settings = settingsOf(plugin);
    const parts = { settings, manifest, recovery: NO_RECOVERY, size: photo, guide: null };
    const measured = { store, sharpnessOf, noise: () => null };
    restoration = new Restoration('r-export', { ...parts, ...measured }, 1);
  });

  function exportHere(signal: AbortSignal, onProgress: (done: number) => void) {
    const call = { id: 'x', session: 'p', restoration: restoration.id, strength: 1 };
    const mask = { regions: REGIONS };
    return exportPhoto(
      signal,
      { ...call, stage: 'latest', mask, output: output('gone.png'), inPlace: false },
      { input: path, photo, restoration, masks: new MaskReader(), progress: onProgress },
    );
  }

  it.each([
    ['while its mask is drawn', 0.05],
    ['while its pixels are composed', 0.25],
  ])('%s ends with the band at hand, before anything is encoded', async (_, share) => {
    // Reports every band.
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => (now += 1000));
    const controller = new AbortController();
    const reported: number[] = [];
    const exporting = exportHere(controller.signal, (done) => {
      reported.push(done);
      if (done >= share) controller.abort();
    });
    await expect(exporting).rejects.toMatchObject({ code: 'cancelled' });
    expect(reported.filter((done) => done >= share)).toHaveLength(1);
    expect(await readdir(out.path)).toEqual(['reported.png']);
  });

  it('does not wait for the encoder, and removes its file', async () => {
    const controller = new AbortController();
    const order: string[] = [];
    const encoded = new Promise<void>((resolve) => {
      const onChange = () => {
        const { queue, process } = sharp.counters();
        if (queue + process > 0) controller.abort();
        else {
          sharp.queue.off('change', onChange);
          order.push('encoded');
          resolve();
        }
      };
      sharp.queue.on('change', onChange);
    });
    await exportHere(controller.signal, () => undefined).catch((error: unknown) => {
      order.push((error as UnsmearError).code);
    });
    await encoded;
    expect(order).toEqual(['cancelled', 'encoded']);
    await expect.poll(() => readdir(out.path)).toEqual(['reported.png']);
  });
});

describe('the progress of an export', () => {
  it('is limited to about ten reports a second, while composing and encoding', async () => {
    vi.useFakeTimers();
    const reported: number[] = [];
    const progress = new ExportProgress((done) => reported.push(done));
    for (let ms = 0; ms < 2000; ms++) {
      progress.at((0.4 * ms) / 2000);
      vi.advanceTimersByTime(1);
    }
    const composed = reported.length;
    const encoding = progress.encoding('jpeg', 1000, () => new Promise((r) => setTimeout(r, 2000)));
    await vi.advanceTimersByTimeAsync(2000);
    await encoding;
    for (const count of [composed, reported.length - composed]) {
      expect(count / 2).toBeGreaterThan(4);
      expect(count / 2).toBeLessThanOrEqual(20);
    }
  });

  it('stays below 1 until a slow encoder has finished', async () => {
    vi.useFakeTimers();
    const reported: number[] = [];
    const progress = new ExportProgress((done) => reported.push(done));
    progress.at(0.4);
    const slow = () => new Promise((resolve) => setTimeout(resolve, 700));
    const encoding = progress.encoding('jpeg', 1000, slow);
    await vi.advanceTimersByTimeAsync(700);
    await encoding;
    expect(reported.length).toBeGreaterThan(4);
    expect(reported.slice(0, -1).every((done) => done >= 0.4 && done < 1)).toBe(true);
    expect(reported.at(-1)).toBe(1);
  });
});
