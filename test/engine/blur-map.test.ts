/** Blur of a photo as the engine reports it: as a map, as figures, and as a warning. */
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blurColour, blurPlace } from '../../src/shared/contracts/blur-scale.js';
import type { WorkAt } from '../../src/shared/contracts/restore.js';
import type { SessionEvent } from '../../src/main/engine/protocol.js';
import { makeEngine, makeFolder, makePhoto } from './harness.js';
import { settingsOf, TestSessions } from './session-harness.js';
import { makeTinyPlugin } from './tiny-plugin.js';

const engine = makeEngine();
let folder: Awaited<ReturnType<typeof makeFolder>>;
let plugin: string;
let photo: string;

beforeAll(async () => {
  folder = await makeFolder();
  plugin = await makeTinyPlugin(folder.path, 'octaves');
  photo = await makePhoto(folder.path, 640, 480);
});
afterAll(async () => {
  await engine.close();
  await folder.remove();
});

/** Returns the pixel at the middle of the first stroke. */
async function strokeOf(sessions: TestSessions, id: string, restoration: string) {
  const { bytes } = await sessions.map(id, restoration, 'blur');
  const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
  expect([info.width, info.height, info.channels]).toEqual([640, 480, 4]);
  const at = 4 * (24 * info.width + 24);
  return [...data.subarray(at, at + 4)];
}

const warningsOf = (events: readonly SessionEvent[]) =>
  events.flatMap((event) => (event.type === 'warning' ? [event.warning] : []));

describe('a photo with blur that is 256 px long at its coarsest octave', () => {
  it('has a blur map of strokes, also when another engine finds its tiles', async () => {
    const root = join(folder.path, 'kept');
    const colour = [...blurColour(blurPlace(256)), 255];
    const sessions = new TestSessions(engine, root);
    await sessions.open('p-map', photo);
    const { result } = await sessions.finish('p-map', settingsOf(plugin, { skip: true }));
    expect(result.maps).toEqual(['blur']);
    expect(await strokeOf(sessions, 'p-map', result.restoration)).toEqual(colour);
    await sessions.close('p-map');
    process.kill(engine.pid!, 'SIGKILL');
    await sessions.open('p-map', photo);
    const settings = settingsOf(plugin, { skip: true });
    const found = await sessions
      .session('p-map')
      .find(new AbortController().signal, settings, null);
    expect(found.complete).toBe(true);
    expect(await strokeOf(sessions, 'p-map', found.restoration)).toEqual(colour);
    await sessions.dispose();
  });

  it.each([
    ['auto', 'full-size'],
    ['quarter', 'reduced'],
  ] as const)('is reported with its length and a warning: %s', async (workAt: WorkAt, reason) => {
    const sessions = new TestSessions(engine);
    await sessions.open('p-long', photo);
    const settings = settingsOf(plugin, { skip: true, workAt });
    const { events, last } = await sessions.finish('p-long', settings);
    const blur = { extent: 256, longest: 256, moved: 1, defocused: 0 };
    expect(last).toMatchObject({ type: 'finished', blurredShare: 1, report: { blur } });
    expect(warningsOf(events)).toEqual([
      { code: 'blur-too-long', params: { reason, extent: 260 } },
    ]);
    await sessions.dispose();
  });

  it('is computed at half size and below only, if the user wants that', async () => {
    const sessions = new TestSessions(engine);
    await sessions.open('p-half', photo);
    const half = await sessions.finish('p-half', settingsOf(plugin, { workAt: 'half' }));
    expect(half.result.stages).toEqual(['1/8', '1/4', '1/2']);
    const full = await sessions.finish('p-half', settingsOf(plugin, { workAt: 'full' }));
    expect(full.result.stages).toEqual(['1/8', '1/4', '1/2', '1']);
    await sessions.dispose();
  });
});

it('reports no blur of a network that does not estimate it', async () => {
  const sessions = new TestSessions(engine);
  await sessions.open('p-none', photo);
  const staged = await makeTinyPlugin(folder.path, 'staged');
  const { result, last, events } = await sessions.finish('p-none', settingsOf(staged));
  expect(result.maps).not.toContain('blur');
  expect(last).toMatchObject({ type: 'finished', report: { blur: null } });
  expect(warningsOf(events)).toEqual([]);
  await expect(sessions.map('p-none', result.restoration, 'blur')).rejects.toMatchObject({
    code: 'result-missing',
  });
  await sessions.dispose();
});
