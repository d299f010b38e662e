/** Scores photos in the engine: with and without a network, in order, cancelled, after a crash. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import type { EngineSupervisor } from '../../src/main/engine/supervisor/engine-supervisor.js';
import { forkEngine } from '../../src/main/engine/supervisor/spawn.js';
import { PluginRegistry } from '../../src/main/plugins/registry.js';
import { judgeAll, type Judged } from '../../src/main/app/triage/run.js';
import { makeSmeared } from '../unit/smeared.js';
import { watched } from './dying.js';
import { ENTRY, makeEngine, makeFolder } from './harness.js';
import { makeTinyPlugin } from './tiny-plugin.js';

const { folder: NETWORK } = await new PluginRegistry().default();
const NEVER = new AbortController().signal;
const SETTINGS = { plugin: NETWORK, provider: 'cpu', threads: 1 } as const;
const engine = makeEngine();
let folder: Awaited<ReturnType<typeof makeFolder>>;
let still: string;
let moved: string;

beforeAll(async () => {
  folder = await makeFolder();
  still = await makeSmeared(folder.path, 'still.jpg', 1);
  moved = await makeSmeared(folder.path, 'moved.jpg', 12);
});
afterAll(async () => {
  await engine.close();
  await folder.remove();
});

async function judged(
  inputs: readonly string[],
  engines: EngineSupervisor = engine,
): Promise<Judged<{ input: string }>[]> {
  const photos = inputs.map((input) => ({ input }));
  const found: Judged<{ input: string }>[] = [];
  for await (const one of judgeAll(NEVER, engines, photos, SETTINGS)) found.push(one);
  return found;
}

describe('triage', () => {
  it('separates moved photos from sharp ones, with the difficulty of each patch', async () => {
    const stood = await engine.score(NEVER, { ...SETTINGS, input: still });
    const smeared = await engine.score(NEVER, { ...SETTINGS, input: moved });
    expect(stood.blur.score).toBeLessThan(0.5);
    expect(smeared.blur.score).toBeGreaterThan(0.5);
    expect(smeared.blur).toMatchObject({ by: 'network', width: 640, height: 480, columns: 5 });
    // The photo was moved by 12 px.
    expect(stood.blur.extent).toBeNull();
    expect(smeared.blur.extent).toBeGreaterThan(9);
    expect(smeared.blur.extent).toBeLessThan(16);
    const sum = (patches: typeof stood.blur.patches): number =>
      patches.reduce((total, { difficulty }) => total + difficulty!, 0);
    expect(sum(smeared.blur.patches)).not.toBeCloseTo(sum(stood.blur.patches), 3);
  });

  it('measures blur that is longer than half of a patch, on the whole photo', async () => {
    const input = join(folder.path, 'far.png');
    const near = await makeSmeared(folder.path, 'near.jpg', 22);
    await sharp(near).resize(2560, 1920).png().toFile(input);
    const { blur } = await engine.score(NEVER, { ...SETTINGS, input });
    expect(blur.extent).toBeGreaterThan(65);
    expect(blur.extent).toBeLessThan(120);
  });

  it('scores by edges alone without calibrated weights, and reports it', async () => {
    const plugin = await makeTinyPlugin(folder.path, 'single');
    const { blur, provider } = await engine.score(NEVER, {
      ...SETTINGS,
      plugin,
      input: moved,
    });
    expect(blur).toMatchObject({ by: 'light', extent: null });
    expect(blur.score).toBeGreaterThan(0.5);
    expect(provider).toBeNull();
    expect(blur.patches.every(({ difficulty }) => difficulty === null)).toBe(true);
  });

  it('keeps the order and continues after an unreadable photo', async () => {
    const broken = join(folder.path, 'broken.jpg');
    writeFileSync(broken, 'no photo');
    const found = await judged([moved, broken, still, join(folder.path, 'missing.jpg'), moved]);
    expect(found.map((one) => ('error' in one ? one.error.code : 'score'))).toEqual([
      'score',
      'image-broken',
      'score',
      'file-missing',
      'score',
    ]);
    const scores = found.flatMap((one) => ('answer' in one ? one.answer.blur.score : []));
    expect(scores[2]).toBe(scores[0]);
  });

  it('reports no further photo after a cancel', async () => {
    const stop = new AbortController();
    const seen: string[] = [];
    const photos = [moved, still, moved, still].map((input) => ({ input }));
    for await (const { photo } of judgeAll(stop.signal, engine, photos, SETTINGS)) {
      seen.push(photo.input);
      stop.abort();
    }
    expect(seen).toEqual([moved]);
    await expect(engine.score(stop.signal, { ...SETTINGS, input: still })).rejects.toMatchObject({
      code: 'cancelled',
    });
  });

  it('scores a photo again after the engine has crashed', async () => {
    let deaths = 0;
    const mortal = makeEngine({
      spawn: (args) => {
        const child = forkEngine(args, ENTRY);
        return watched(child, 'score', () => {
          if (deaths > 0) return;
          deaths++;
          child.kill();
        });
      },
    });
    const found = await judged([moved, still], mortal);
    await mortal.close();
    expect(deaths).toBe(1);
    expect(found.map((one) => 'answer' in one)).toEqual([true, true]);
  });
});
