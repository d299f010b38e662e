/** Restores with models that never finish: their graph has an endless loop. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { restorePhoto } from '../../src/main/app/restore-photo.js';
import { partLimitMs } from '../../src/main/engine/inference/step-limit.js';
import { isAlive } from '../../src/main/storage/is-alive.js';
import { makeEngine, makeFolder, makePhoto, restoreTo } from './harness.js';
import { NEVER, settingsOf, TestSessions } from './session-harness.js';
import { makeTinyPlugin } from './tiny-plugin.js';

const LIMIT = 'UNSMEAR_TEST_STEP_LIMIT_MS';

const engine = makeEngine();
let folder: Awaited<ReturnType<typeof makeFolder>>;
let endless: string;
let good: string;
let photo: string;

beforeAll(async () => {
  folder = await makeFolder();
  endless = await makeTinyPlugin(folder.path, 'endless', { max: 96 });
  good = await makeTinyPlugin(folder.path, 'soft');
  photo = await makePhoto(folder.path, 200, 150);
});
afterAll(async () => {
  await engine.close();
  await folder.remove();
});

describe('a model that never finishes', () => {
  // Engines inherit the variable when they start.
  beforeAll(() => {
    vi.stubEnv(LIMIT, '1000');
  });
  afterAll(() => {
    vi.unstubAllEnvs();
  });

  it('fails its photo, fails at once the next time, and does not affect other models', async () => {
    const request = { input: photo, plugin: endless, provider: 'cpu', skip: false } as const;
    const retried: unknown[] = [];
    let pid = 0;
    const running = restorePhoto(NEVER, engine, request, (event) => {
      pid = engine.pid ?? pid;
      if (event.type === 'retried') retried.push(event);
    });
    const params = { reason: 'slow', model: 'Tiny endless', seconds: 1 };
    const failure = { code: 'plugin-failed', params };
    await expect(running).rejects.toMatchObject(failure);
    expect(retried).toEqual([]);
    await expect.poll(() => isAlive(pid)).toBe(false);

    // The second failure needs no engine.
    await expect(restorePhoto(NEVER, engine, request)).rejects.toMatchObject(failure);
    expect(engine.pid === undefined || !isAlive(engine.pid)).toBe(true);

    const { report } = await restoreTo(engine, 'good', { ...request, plugin: good });
    expect(report.tiles.processed).toBeGreaterThan(0);
  });

  it('fails once in the editor and leaves the photo open', async () => {
    const sessions = new TestSessions(engine, folder.path);
    await sessions.open('p-endless', photo);
    const { last, events } = await sessions.finish('p-endless', settingsOf(endless));
    expect(last).toMatchObject({
      type: 'failed',
      error: { code: 'plugin-failed', params: { reason: 'slow' } },
    });
    expect(events.filter(({ type }) => type === 'retried')).toEqual([]);
    const again = await sessions.finish('p-endless', settingsOf(good));
    expect(again.last.type).toBe('finished');
    await sessions.dispose();
  });
});

describe('the time limit of a tile', () => {
  const MINUTE = 60_000;
  const MEGAPIXEL = 1e6;

  it('is ten minutes per megapixel before the first run', () => {
    expect(partLimitMs(512 * 512, null)).toBe(10 * MINUTE);
    expect(partLimitMs(2 * MEGAPIXEL, null)).toBe(20 * MINUTE);
  });

  it('is a hundred times the known pace, within two minutes and the first limit', () => {
    const secondsPerMegapixel = (seconds: number) => (seconds * 1000) / MEGAPIXEL;
    expect(partLimitMs(MEGAPIXEL, secondsPerMegapixel(3))).toBeCloseTo(5 * MINUTE);
    expect(partLimitMs(MEGAPIXEL, secondsPerMegapixel(0.1))).toBe(2 * MINUTE);
    expect(partLimitMs(MEGAPIXEL, secondsPerMegapixel(60))).toBe(10 * MINUTE);
  });
});
