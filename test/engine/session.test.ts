import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RegionDocument } from '../../src/shared/regions/index.js';
import type { MaskSource, StageChoice } from '../../src/main/engine/protocol.js';
import type { Rect } from '../../src/shared/contracts/restore.js';
import { makeEngine, makeFolder, makePhoto, readPixels, restoreTo } from './harness.js';
import { NEVER, settingsOf, stagesOf, TestSessions, touches } from './session-harness.js';
import { makeTinyPlugin } from './tiny-plugin.js';

const engine = makeEngine();
const sessions = new TestSessions(engine);
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
  await sessions.dispose();
  await engine.close();
  await folder.remove();
});

/** Opens the photo under a new name, without stored tiles, and forgets it afterwards. */
async function withPhoto(id: string, test: () => Promise<void>, path = photo): Promise<void> {
  await sessions.open(id, path);
  try {
    await test();
  } finally {
    await sessions.dispose();
  }
}

async function tilePixels(
  id: string,
  result: string | null,
  stage: StageChoice = 'latest',
): Promise<Buffer> {
  const { bytes } = await sessions.tile(id, { restoration: result, stage });
  return sharp(bytes, { ignoreIcc: true }).raw().toBuffer();
}

describe('the order of work', () => {
  it('computes the viewport first, each tile stage by stage', () =>
    withPhoto('p-view', async () => {
      const view = { x: 400, y: 260, w: 150, h: 120 };
      const { events, last } = await sessions.finish('p-view', settingsOf(staged), view);
      expect(last.type).toBe('finished');
      const stages = stagesOf(events);
      const seen = stages.filter(({ rect }) => touches(rect, view));
      expect(seen.length).toBeGreaterThanOrEqual(8);
      expect(stages.length).toBeGreaterThan(2 * seen.length);
      expect(stages.slice(0, seen.length)).toEqual(seen);
      expect(stages.map(({ stage }) => stage)).toEqual(stages.map((_, i) => 1 + (i % 2)));
      const versions = stages.map(({ version }) => version);
      expect(versions).toEqual([...versions].sort((a, b) => a - b));
      expect(new Set(versions).size).toBe(versions.length);
    }));

  it('follows the viewport when it moves', () =>
    withPhoto('p-look', async () => {
      const left = { x: 0, y: 0, w: 250, h: HEIGHT };
      const right = { x: 520, y: 0, w: 100, h: HEIGHT };
      let asked = false;
      const { events } = await sessions.finish('p-look', settingsOf(staged), left, (event) => {
        if (event.type !== 'stage' || asked) return;
        asked = true;
        void sessions.session('p-look').setViewport(NEVER, right);
      });
      const stages = stagesOf(events);
      const inRight = (rect: Rect) => touches(rect, right);
      const first = stages.findIndex(({ rect }) => inRight(rect));
      const last = stages.findLastIndex(({ rect }) => inRight(rect));
      // From its first tile on, only the new viewport was computed until it was done.
      expect(stages.slice(first, last + 1).every(({ rect }) => inRight(rect))).toBe(true);
      const leftLater = stages.slice(last + 1).filter(({ rect }) => touches(rect, left));
      expect(leftLater.length).toBeGreaterThan(0);
    }));

  it('returns the same pixels as the command line, whatever the viewport', () =>
    withPhoto('p-same', async () => {
      const view = { x: 100, y: 100, w: 200, h: 200 };
      const { result } = await sessions.finish('p-same', settingsOf(staged), view);
      const job = await restoreTo(engine, 'same', { input: photo, plugin: staged, skip: false });
      expect(
        (await sessions.exportPixels(folder.path, 'p-same', result.restoration)).equals(job.pixels),
      ).toBe(true);
    }));
});

describe('a restoration', () => {
  it('is complete at once when its settings return', () =>
    withPhoto('p-back', async () => {
      const first = await sessions.finish('p-back', settingsOf(staged));
      expect(first.result.complete).toBe(false);
      const rois = [{ x: 0, y: 0, w: WIDTH, h: HEIGHT, strength: 1 }];
      const other = await sessions.finish('p-back', settingsOf(staged, { rois }));
      expect(other.result.restoration).not.toBe(first.result.restoration);
      expect(stagesOf(other.events).length).toBeGreaterThan(0);
      const again = await sessions.finish('p-back', settingsOf(staged));
      expect(again.result).toMatchObject({ restoration: first.result.restoration, complete: true });
      expect(stagesOf(again.events)).toEqual([]);
      expect(again.last.type).toBe('finished');
    }));

  it('computes only tiles near a new hint', () =>
    withPhoto('p-hint', async () => {
      const plain = await sessions.finish('p-hint', settingsOf(staged));
      const hint = { x: 300, y: 200, w: 60, h: 60, strength: 1 };
      const hinted = await sessions.finish('p-hint', settingsOf(staged, { rois: [hint] }));
      const worked = stagesOf(hinted.events);
      expect(worked.length).toBeGreaterThan(0);
      expect(worked.length).toBeLessThan(stagesOf(plain.events).length / 2);
      // A tile reads at most 128 pixels beyond the part that it contributes to.
      const near = { x: hint.x - 128, y: hint.y - 128, w: hint.w + 256, h: hint.h + 256 };
      expect(worked.every(({ rect }) => touches(rect, near))).toBe(true);
      expect(worked.some(({ rect }) => touches(rect, hint))).toBe(true);
    }));

  it('computes only hinted tiles again if the network has no hint input', () =>
    withPhoto('p-copies', async () => {
      const single = await makeTinyPlugin(folder.path, 'single');
      await sessions.finish('p-copies', settingsOf(single));
      const hint = { x: 300, y: 200, w: 8, h: 8, strength: 0.5 };
      const hinted = await sessions.finish('p-copies', settingsOf(single, { rois: [hint] }));
      const worked = stagesOf(hinted.events);
      expect(worked.length).toBeGreaterThan(0);
      expect(worked.every(({ rect }) => touches(rect, hint))).toBe(true);
      // The same tiles with as many copies: no work is left.
      const moved = { ...hint, x: 290, strength: 0.6 };
      const again = await sessions.finish('p-copies', settingsOf(single, { rois: [moved] }));
      expect(stagesOf(again.events)).toEqual([]);
    }));

  it('computes only the tiles that its mask touches, and the others when the mask grows', async () => {
    const large = join(folder.path, 'large.jpg');
    const background = { r: 120, g: 130, b: 140 };
    await sharp({ create: { width: 6000, height: 4000, channels: 3, background } })
      .jpeg()
      .toFile(large);
    const plugin = await makeTinyPlugin(join(folder.path, 'wide'), 'single', {
      ...{ preferred: 512, max: 512, overlap: 80 },
    });
    // One percent of the photo.
    const small = { kind: 'rectangle', mode: 'add', x: 2800, y: 1900, w: 600, h: 400 } as const;
    const regions = (...operations: RegionDocument['operations']): MaskSource => ({
      regions: { operations },
    });
    await withPhoto(
      'p-mask',
      async () => {
        const settings = settingsOf(plugin);
        const none = () => undefined;
        const first = await sessions.finish('p-mask', settings, null, none, regions(small));
        const count = stagesOf(first.events).length;
        expect(count).toBeGreaterThan(0);
        expect(count).toBeLessThanOrEqual(6);
        // The mask is rasterised at 1/7 of the photo's size.
        const near = { x: small.x - 8, y: small.y - 8, w: small.w + 16, h: small.h + 16 };
        expect(stagesOf(first.events).every(({ rect }) => touches(rect, near))).toBe(true);
        const session = sessions.session('p-mask');
        expect(await session.find(NEVER, settings, regions(small))).toMatchObject({
          ...{ restoration: first.result.restoration, complete: true },
        });
        const wider = regions(small, { ...small, x: 3600 });
        expect(await session.find(NEVER, settings, wider)).toMatchObject({ complete: false });
        const second = await sessions.finish('p-mask', settings, null, none, wider);
        expect(second.result.restoration).toBe(first.result.restoration);
        const added = stagesOf(second.events).length;
        expect(added).toBeGreaterThan(0);
        expect(added).toBeLessThanOrEqual(6);
      },
      large,
    );
  });

  it('is stopped by a new one and keeps its finished tiles', () =>
    withPhoto('p-new', async () => {
      const single = await makeTinyPlugin(folder.path, 'single');
      let other: ReturnType<TestSessions['finish']> | null = null;
      const enough = new Promise<void>((resolve) => {
        sessions.on(({ photo: of, event }) => {
          if (of !== 'p-new' || event.type !== 'stage' || other) return;
          other = sessions.finish('p-new', settingsOf(single));
          resolve();
        });
      });
      const { restoration } = await sessions.start('p-new', settingsOf(staged));
      await enough;
      expect((await other!).last.type).toBe('finished');
      const kept = sessions.stagesOf('p-new', restoration).length;
      const rest = await sessions.finish('p-new', settingsOf(staged));
      expect(rest.last.type).toBe('finished');
      const { total } = rest.events.findLast((event) => event.type === 'progress')!;
      expect(kept).toBeGreaterThan(0);
      expect(kept).toBeLessThan(2 * total);
      expect(stagesOf(rest.events).length).toBe(2 * total - kept);
      // No event reports a stop of the restoration that continues.
      const stopped = sessions.emitted.filter(({ event }) => event.type === 'stopped');
      expect(stopped.filter(({ photo: of }) => of === 'p-new')).toEqual([]);
    }));

  it('shows the photo where no stage has finished', () =>
    withPhoto('p-part', async () => {
      const view = { x: 0, y: 0, w: 40, h: 40 };
      let seen: Promise<[Buffer, Buffer]> | null = null;
      const { result } = await sessions.finish('p-part', settingsOf(staged), view, (event) => {
        if (event.type !== 'stage' || seen) return;
        const { restoration: name } = sessions.emitted.at(-1)!;
        void sessions.session('p-part').stop(NEVER);
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
      const { result } = await sessions.finish('p-stages', settingsOf(staged));
      const stagesDir = join(folder.path, 'stages');
      await restoreTo(engine, 'staged', { input: photo, plugin: staged, skip: false, stagesDir });
      for (const stage of [1, 2]) {
        const name = `photo-${WIDTH}x${HEIGHT}.stage${stage}.png`;
        const expected = (await readPixels(join(stagesDir, name))).data;
        const pixels = await sessions.exportPixels(folder.path, 'p-stages', result.restoration, {
          stage,
        });
        expect(pixels.equals(expected)).toBe(true);
      }
      const [one, two] = [1, 2].map((stage) => tilePixels('p-stages', result.restoration, stage));
      expect((await one!).equals(await two!)).toBe(false);
    }));

  it('skips easy tiles and reports them', () =>
    withPhoto('p-easy', async () => {
      const easy = await makeTinyPlugin(folder.path, 'easy');
      const { events, last, result } = await sessions.finish(
        'p-easy',
        settingsOf(easy, { skip: true }),
      );
      expect(events.filter(({ type }) => type === 'skipped').length).toBeGreaterThan(0);
      expect(stagesOf(events)).toEqual([]);
      expect(last).toMatchObject({ type: 'finished', blurredShare: 0 });
      const exported = await sessions.exportPixels(folder.path, 'p-easy', result.restoration);
      expect(exported.equals((await readPixels(photo)).data)).toBe(true);
    }));

  it('fails with a reason if it cannot be computed', () =>
    withPhoto('p-fail', async () => {
      const failing = await makeTinyPlugin(folder.path, 'failing');
      const { last } = await sessions.finish('p-fail', settingsOf(failing));
      expect(last).toMatchObject({ type: 'failed', error: { code: 'plugin-failed' } });
    }));
});
