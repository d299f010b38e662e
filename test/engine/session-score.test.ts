/** Scores the blur of an open photo before it is restored. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PluginRegistry } from '../../src/main/plugins/registry.js';
import { isBlurred, type BlurScore } from '../../src/shared/contracts/triage.js';
import { makeSmeared } from '../unit/smeared.js';
import { makeEngine, makeFolder, makePhoto } from './harness.js';
import { NEVER, settingsOf, TestSessions } from './session-harness.js';
import { TileGate } from './tile-gate.js';
import { makeTinyPlugin } from './tiny-plugin.js';

const gate = await TileGate.open();
const engine = makeEngine({ spawn: gate.spawn });
const sessions = new TestSessions(engine);
const { folder: NETWORK } = await new PluginRegistry().default();
let folder: Awaited<ReturnType<typeof makeFolder>>;
let plugin: string;

beforeAll(async () => {
  folder = await makeFolder();
  plugin = await makeTinyPlugin(folder.path, 'staged', { preferred: 512, max: 512 });
});
afterAll(async () => {
  await sessions.dispose();
  await engine.close();
  await gate.close();
  await folder.remove();
});

function blurOf(id: string, plugin: string): Promise<BlurScore | null> {
  return sessions.score(id, plugin);
}

describe('the blur score of an open photo', () => {
  it('equals the score of its file', async () => {
    const moved = await makeSmeared(folder.path, 'moved.jpg', 12);
    const still = await makeSmeared(folder.path, 'still.jpg', 1);
    for (const [id, input] of Object.entries({ 'p-moved': moved, 'p-still': still })) {
      await sessions.open(id, input);
      const asked = { plugin: NETWORK, provider: 'cpu', threads: null, input } as const;
      const { blur } = await engine.score(NEVER, asked);
      const { score, blurredShare, extent } = blur;
      expect(await blurOf(id, NETWORK)).toEqual({ score, blurredShare, extent });
      expect(isBlurred(blur)).toBe(id === 'p-moved');
    }
  });

  it('is `null` if the photo was closed', async () => {
    const photo = await makePhoto(folder.path, 700, 500);
    await sessions.open('p-gone', photo);
    const asked = blurOf('p-gone', NETWORK).catch(() => null);
    await sessions.close('p-gone');
    expect(await asked).toBeNull();
  });

  it.each(['p-run', 'p-other'])(
    'waits while this photo or another one is restored (%s)',
    async (id) => {
      const photo = await makePhoto(folder.path, 600, 400);
      await sessions.open('p-run', photo);
      if (id !== 'p-run') await sessions.open(id, photo);
      const order: string[] = [];
      const held = gate.hold();
      const running = sessions
        .finish('p-run', settingsOf(plugin))
        .then(() => order.push('restored'));
      await held;
      const judging = blurOf(id, plugin).then((verdict) => {
        order.push('scored');
        return verdict;
      });
      // The engine answers calls in order.
      await sessions.tile('p-run');
      expect(order).toEqual([]);
      gate.release();
      await running;
      expect(await judging).not.toBeNull();
      expect(order).toEqual(['restored', 'scored']);
      await sessions.dispose();
    },
  );

  it('is computed again after a restoration interrupts it', async () => {
    const photo = await makePhoto(folder.path, 1600, 1200);
    await sessions.open('p-between', photo);
    const order: string[] = [];
    const asked = blurOf('p-between', NETWORK).then((verdict) => {
      order.push('scored');
      return verdict;
    });
    const { last } = await sessions.finish('p-between', settingsOf(plugin));
    order.push(last.type);
    expect(await asked).not.toBeNull();
    expect(order).toEqual(['finished', 'scored']);
  });
});
