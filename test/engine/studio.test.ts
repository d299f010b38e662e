import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rasterise, type RegionDocument } from '../../src/shared/regions/index.js';
import type { Rect } from '../../src/shared/contracts/restore.js';
import { makeEngine, makeFolder, makePhoto, readPixels, restoreTo } from './harness.js';
import {
  AS_THE_PHOTO,
  EVERYWHERE,
  NEVER,
  specOf,
  stagesOf,
  TestStudio,
  touches,
} from './studio-harness.js';
import { cameraJpeg } from '../unit/photos.js';
import { watched } from './dying.js';
import { TileGate } from './tile-gate.js';
import { makeTinyPlugin } from './tiny-plugin.js';

const engine = makeEngine();
const studio = new TestStudio(engine);
let folder: Awaited<ReturnType<typeof makeFolder>>;
let staged: string;
let photo: string;

const WIDTH = 620;
const HEIGHT = 420;

beforeAll(async () => {
  folder = await makeFolder();
  staged = await makeTinyPlugin(folder.path, 'staged');
  photo = await makePhoto(folder.path, WIDTH, HEIGHT);
});
afterAll(async () => {
  await studio.client.dispose();
  await engine.close();
  await folder.remove();
});

/** Opens the photo under a new name; afterwards nothing is known of it. */
async function withPhoto(id: string, test: () => Promise<void>, path = photo): Promise<void> {
  await studio.client.open(NEVER, id, path);
  try {
    await test();
  } finally {
    await studio.client.dispose();
  }
}

async function exportPixels(
  id: string,
  result: string | null,
  options: { stage?: number; strength?: number; regions?: RegionDocument } = {},
): Promise<Buffer> {
  const path = join(folder.path, `export-${id}.png`);
  const { stage = 0, strength = 1, regions = EVERYWHERE } = options;
  const output = {
    path,
    ...AS_THE_PHOTO,
    onExist: 'overwrite',
  } as const;
  await studio.client.export(NEVER, { photo: id, result, stage, strength, regions, output });
  return (await readPixels(path)).data;
}

async function tilePixels(id: string, result: string | null, stage = 0): Promise<Buffer> {
  const call = { photo: id, result, stage, level: 0, column: 0, row: 0 };
  const { bytes } = await studio.client.tile(NEVER, call);
  return sharp(bytes, { ignoreIcc: true }).raw().toBuffer();
}

describe('the order of work', () => {
  it('follows the view, stage by stage', () =>
    withPhoto('p-view', async () => {
      const view = { x: 400, y: 260, w: 150, h: 120 };
      const { events, last } = await studio.finish('p-view', specOf(staged), view);
      expect(last.type).toBe('finished');
      const stages = stagesOf(events);
      const seen = stages.filter(({ rect }) => touches(rect, view));
      expect(seen.length).toBeGreaterThanOrEqual(8);
      expect(stages.length).toBeGreaterThan(2 * seen.length);
      // Stage 1 of the view, stage 2 of the view, then the rest, each tile at once.
      const count = seen.length / 2;
      expect(stages.slice(0, 2 * count)).toEqual(seen);
      expect(seen.map(({ stage }) => stage)).toEqual([
        ...Array<number>(count).fill(1),
        ...Array<number>(count).fill(2),
      ]);
      const rest = stages.slice(2 * count).map(({ stage }) => stage);
      expect(rest).toEqual(rest.map((_, i) => 1 + (i % 2)));
      const versions = stages.map(({ version }) => version);
      expect(versions).toEqual([...versions].sort((a, b) => a - b));
      expect(new Set(versions).size).toBe(versions.length);
    }));

  it('turns to where one looks meanwhile', () =>
    withPhoto('p-look', async () => {
      const left = { x: 0, y: 0, w: 250, h: HEIGHT };
      const right = { x: 520, y: 0, w: 100, h: HEIGHT };
      let asked = false;
      const { events } = await studio.finish('p-look', specOf(staged), left, (event) => {
        if (event.type !== 'stage' || asked) return;
        asked = true;
        void studio.client.lookAt(NEVER, 'p-look', right);
      });
      const stages = stagesOf(events);
      const inRight = (rect: Rect) => touches(rect, right);
      const first = stages.findIndex(({ rect }) => inRight(rect));
      const last = stages.findLastIndex(({ rect }) => inRight(rect));
      // From the first one there on nothing else was worked on until the new view was done.
      expect(stages.slice(first, last + 1).every(({ rect }) => inRight(rect))).toBe(true);
      const leftLater = stages.slice(last + 1).filter(({ rect }) => touches(rect, left));
      expect(leftLater.length).toBeGreaterThan(0);
    }));

  it('gives the same pixels as the one-shot job whatever the view', () =>
    withPhoto('p-same', async () => {
      const view = { x: 100, y: 100, w: 200, h: 200 };
      const { result } = await studio.finish('p-same', specOf(staged), view);
      const job = await restoreTo(engine, 'same', { input: photo, plugin: staged, skip: false });
      expect((await exportPixels('p-same', result.result)).equals(job.pixels)).toBe(true);
    }));
});

describe('a result', () => {
  it('is there at once when its settings return', () =>
    withPhoto('p-back', async () => {
      const first = await studio.finish('p-back', specOf(staged));
      expect(first.result.complete).toBe(false);
      const rois = [{ x: 0, y: 0, w: WIDTH, h: HEIGHT, strength: 1 }];
      const other = await studio.finish('p-back', specOf(staged, { rois }));
      expect(other.result.result).not.toBe(first.result.result);
      expect(stagesOf(other.events).length).toBeGreaterThan(0);
      const again = await studio.finish('p-back', specOf(staged));
      expect(again.result).toMatchObject({ result: first.result.result, complete: true });
      expect(stagesOf(again.events)).toEqual([]);
      expect(again.last.type).toBe('finished');
    }));

  it('computes only tiles near a new hint', () =>
    withPhoto('p-hint', async () => {
      const plain = await studio.finish('p-hint', specOf(staged));
      const hint = { x: 300, y: 200, w: 60, h: 60, strength: 1 };
      const hinted = await studio.finish('p-hint', specOf(staged, { rois: [hint] }));
      const worked = stagesOf(hinted.events);
      expect(worked.length).toBeGreaterThan(0);
      expect(worked.length).toBeLessThan(stagesOf(plain.events).length / 2);
      // A tile reaches at most 128 pixels beyond the part it contributes to.
      const near = { x: hint.x - 128, y: hint.y - 128, w: hint.w + 256, h: hint.h + 256 };
      expect(worked.every(({ rect }) => touches(rect, near))).toBe(true);
      expect(worked.some(({ rect }) => touches(rect, hint))).toBe(true);
    }));

  it('computes only hinted tiles of a network that cannot be told of hints', () =>
    withPhoto('p-copies', async () => {
      const single = await makeTinyPlugin(folder.path, 'single');
      await studio.finish('p-copies', specOf(single));
      const hint = { x: 300, y: 200, w: 8, h: 8, strength: 0.5 };
      const hinted = await studio.finish('p-copies', specOf(single, { rois: [hint] }));
      const worked = stagesOf(hinted.events);
      expect(worked.length).toBeGreaterThan(0);
      expect(worked.every(({ rect }) => touches(rect, hint))).toBe(true);
      // The same tiles, the same number of copies: nothing is left to do.
      const moved = { ...hint, x: 290, strength: 0.6 };
      const again = await studio.finish('p-copies', specOf(single, { rois: [moved] }));
      expect(stagesOf(again.events)).toEqual([]);
    }));

  it('is abandoned by a new one, and its finished tiles are kept', () =>
    withPhoto('p-new', async () => {
      const single = await makeTinyPlugin(folder.path, 'single');
      let other: ReturnType<TestStudio['finish']> | null = null;
      const enough = new Promise<void>((resolve) => {
        studio.on(({ photo: of, event }) => {
          if (of !== 'p-new' || event.type !== 'stage' || other) return;
          other = studio.finish('p-new', specOf(single));
          resolve();
        });
      });
      const { result } = await studio.client.start(NEVER, 'p-new', specOf(staged), null);
      await enough;
      expect((await other!).last.type).toBe('finished');
      const kept = studio.stagesOf('p-new', result).length;
      const rest = await studio.finish('p-new', specOf(staged));
      expect(rest.last.type).toBe('finished');
      const { total } = rest.events.findLast((event) => event.type === 'progress')!;
      expect(kept).toBeGreaterThan(0);
      expect(kept).toBeLessThan(2 * total);
      expect(stagesOf(rest.events).length).toBe(2 * total - kept);
      // Nobody is told that a result has stopped which goes on.
      const stopped = studio.told.filter(({ event }) => event.type === 'stopped');
      expect(stopped.filter(({ photo: of }) => of === 'p-new')).toEqual([]);
    }));

  it('shows, while it grows, the original where nothing is finished', () =>
    withPhoto('p-part', async () => {
      const view = { x: 0, y: 0, w: 40, h: 40 };
      let seen: Promise<[Buffer, Buffer]> | null = null;
      const { result } = await studio.finish('p-part', specOf(staged), view, (event) => {
        if (event.type !== 'stage' || seen) return;
        const { result: name } = studio.told.at(-1)!;
        void studio.client.stop(NEVER, 'p-part');
        seen = Promise.all([tilePixels('p-part', name), tilePixels('p-part', null)]);
      });
      expect(result.complete).toBe(false);
      const [grown, original] = await seen!;
      const at = (pixels: Buffer, x: number, y: number) => [
        ...pixels.subarray((y * 512 + x) * 3, (y * 512 + x) * 3 + 60),
      ];
      expect(at(grown, 16, 16)).not.toEqual(at(original, 16, 16));
      expect(at(grown, 460, 380)).toEqual(at(original, 460, 380));
    }));

  it('keeps every stage', () =>
    withPhoto('p-stages', async () => {
      const { result } = await studio.finish('p-stages', specOf(staged));
      const stagesDir = join(folder.path, 'stages');
      await restoreTo(engine, 'staged', { input: photo, plugin: staged, skip: false, stagesDir });
      for (const stage of [1, 2]) {
        const name = `photo-${WIDTH}x${HEIGHT}.stage${stage}.png`;
        const expected = (await readPixels(join(stagesDir, name))).data;
        const pixels = await exportPixels('p-stages', result.result, { stage });
        expect(pixels.equals(expected)).toBe(true);
      }
      const [one, two] = [1, 2].map((stage) => tilePixels('p-stages', result.result, stage));
      expect((await one!).equals(await two!)).toBe(false);
    }));

  it('leaves easy tiles alone, and says so', () =>
    withPhoto('p-easy', async () => {
      const easy = await makeTinyPlugin(folder.path, 'easy');
      const { events, last, result } = await studio.finish('p-easy', specOf(easy, { skip: true }));
      expect(events.filter(({ type }) => type === 'skipped').length).toBeGreaterThan(0);
      expect(stagesOf(events)).toEqual([]);
      expect(last).toMatchObject({ type: 'finished', blurredShare: 0 });
      const exported = await exportPixels('p-easy', result.result);
      expect(exported.equals((await readPixels(photo)).data)).toBe(true);
    }));

  it('that cannot be computed fails with its reason', () =>
    withPhoto('p-fail', async () => {
      const failing = await makeTinyPlugin(folder.path, 'failing');
      const { last } = await studio.finish('p-fail', specOf(failing));
      expect(last).toMatchObject({ type: 'failed', error: { code: 'plugin-failed' } });
    }));
});

describe('exporting', () => {
  it('writes what the one-shot job writes: mask, strength, hints, averaged copies', async () => {
    const size = { width: 240, height: 180 };
    const small = await makePhoto(folder.path, size.width, size.height);
    const mask = join(folder.path, 'mask.png');
    const regions: RegionDocument = {
      operations: [
        { kind: 'ellipse', mode: 'add', x: 30, y: 20, w: 160, h: 120 },
        { kind: 'feather', radius: 20 },
      ],
    };
    const whole = { rect: { x: 0, y: 0, w: size.width, h: size.height }, scale: 1 };
    const data = rasterise(regions, size, whole);
    expect(new Set(data).size).toBeGreaterThan(100);
    await sharp(data, { raw: { ...size, channels: 1 } })
      .toColourspace('b-w')
      .png()
      .toFile(mask);
    const rois = [{ x: 10, y: 20, w: 80, h: 130, strength: 0.7 }];
    await withPhoto(
      'p-export',
      async () => {
        for (const selfEnsemble of [false, true]) {
          const spec = specOf(staged, { rois, selfEnsemble });
          const { result } = await studio.finish('p-export', spec);
          const request = { input: small, plugin: staged, skip: false, rois, selfEnsemble };
          const job = await restoreTo(engine, 'masked', { ...request, mask, strength: 0.6 });
          const options = { strength: 0.6, regions };
          const exported = await exportPixels('p-export', result.result, options);
          expect(exported.equals(job.pixels)).toBe(true);
        }
      },
      small,
    );
  });

  it('gives 16 bits as the job does', async () => {
    const input = join(folder.path, 'deep.png');
    const ramp = new Uint16Array(130 * 90 * 3).map((_, i) => 9000 + ((i * 7) % 40_000));
    await sharp(ramp, { raw: { width: 130, height: 90, channels: 3 } })
      .toColourspace('rgb16')
      .png()
      .toFile(input);
    await withPhoto(
      'p-deep',
      async () => {
        const { result } = await studio.finish('p-deep', specOf(staged));
        const [ours, theirs] = ['ours.png', 'theirs.png'].map((name) => join(folder.path, name));
        const output = {
          ...AS_THE_PHOTO,
          onExist: 'error',
        } as const;
        const call = { photo: 'p-deep', result: result.result, stage: 0, strength: 1 };
        await studio.client.export(NEVER, {
          ...{ ...call, regions: EVERYWHERE },
          output: { ...output, path: ours! },
        });
        const request = { input, plugin: staged, provider: 'cpu', skip: false } as const;
        await engine.restore(NEVER, { ...request, output: { path: theirs! } }, () => undefined);
        const [a, b] = [await readFile(ours!), await readFile(theirs!)];
        expect(a.equals(b)).toBe(true);
        expect((await sharp(a).metadata()).depth).toBe('ushort');
      },
      input,
    );
  });

  it('gives the same file as the job, metadata and all', async () => {
    const input = await cameraJpeg(folder.path, 6);
    await withPhoto(
      'p-file',
      async () => {
        const { result } = await studio.finish('p-file', specOf(staged));
        const output = {
          format: null,
          quality: null,
          depth: null,
          metadata: 'no-gps',
          onExist: 'error',
        } as const;
        const [ours, theirs] = ['ours.jpg', 'theirs.jpg'].map((name) => join(folder.path, name));
        const call = {
          photo: 'p-file',
          result: result.result,
          stage: 0,
          strength: 0.8,
          regions: EVERYWHERE,
        };
        const { path, bytes } = await studio.client.export(NEVER, {
          ...call,
          output: { ...output, path: ours! },
        });
        const request = {
          input,
          plugin: staged,
          provider: 'cpu',
          skip: false,
          strength: 0.8,
        } as const;
        await engine.restore(NEVER, { ...request, output: { ...output, path: theirs! } });
        const written = await readFile(path);
        expect(written).toHaveLength(bytes);
        expect(written.equals(await readFile(theirs!))).toBe(true);
      },
      input,
    );
  });

  it('refuses to overwrite the photo', () =>
    withPhoto('p-refuse', async () => {
      const output = {
        ...AS_THE_PHOTO,
        onExist: 'overwrite',
      } as const;
      const over = studio.client.export(NEVER, {
        ...{ photo: 'p-refuse', result: null, stage: 0, strength: 1, regions: EVERYWHERE },
        output: { ...output, path: photo },
      });
      await expect(over).rejects.toMatchObject({ code: 'output-is-input' });
    }));

  it('waits for nobody, and a job is served between two steps', async () => {
    const gate = await TileGate.open();
    let asked: () => void = () => undefined;
    const jobAsked = new Promise<void>((resolve) => (asked = resolve));
    const own = makeEngine({ spawn: (args) => watched(gate.spawn(args), 'restore', asked) });
    const both = new TestStudio(own);
    await both.client.open(NEVER, 'p-both', photo);
    const stages = () => both.told.filter(({ event }) => event.type === 'stage').length;
    const held = gate.hold({ step: 2 });
    const finishing = both.finish('p-both', specOf(staged));
    await held;
    const before = stages();
    const during = new Set<number>();
    const request = { input: photo, plugin: staged, provider: 'cpu', skip: false } as const;
    const job = own.restore(NEVER, request, () => during.add(stages() - before));
    await jobAsked;
    gate.release();
    await job;
    // Of the step at hand, whose tile has two stages, and of no other until the job is done.
    expect([...during]).toEqual([2]);
    const { events, last } = await finishing;
    expect(last.type).toBe('finished');
    expect(stages()).toBeGreaterThan(before + 2);
    expect(events.some(({ type }) => type === 'retried')).toBe(false);
    await both.client.dispose();
    await own.close();
    await gate.close();
  });
});
