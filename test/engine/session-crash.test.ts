import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SessionEvent } from '../../src/main/engine/protocol.js';
import { dyingOn, tapped } from './dying.js';
import { makeEngine, makeFolder, makePhoto, readPixels, restoreTo } from './harness.js';
import {
  AS_THE_PHOTO,
  settingsOf,
  stagesOf,
  TestSessions,
  type StageEvent,
} from './session-harness.js';
import { makeTinyPlugin } from './tiny-plugin.js';
import { warningInEnglish } from '../../src/shared/texts/explain.js';

const engine = makeEngine();
let sessions: TestSessions;
let folder: Awaited<ReturnType<typeof makeFolder>>;
let plugin: string;
let photo: string;
let scratch: string;

beforeAll(async () => {
  folder = await makeFolder();
  scratch = join(folder.path, 'scratch');
  await mkdir(scratch);
  sessions = new TestSessions(engine, scratch);
  plugin = await makeTinyPlugin(folder.path, 'staged');
  photo = await makePhoto(folder.path, 400, 300);
});
afterAll(async () => {
  await engine.close();
  await folder.remove();
});

function killEngine(): void {
  if (engine.pid !== undefined) process.kill(engine.pid, 'SIGKILL');
}

async function exported(id: string, result: string): Promise<Buffer> {
  const path = join(folder.path, `${id}.png`);
  const output = {
    path,
    ...AS_THE_PHOTO,
    onExist: 'overwrite',
  } as const;
  await sessions.export({ photo: id, restoration: result, output });
  return (await readPixels(path)).data;
}

describe('after a crash, a session', () => {
  it('computes only the stages in flight again, with the same pixels', async () => {
    const calm = await restoreTo(engine, 'calm', { input: photo, plugin, skip: false });
    await sessions.open('p-kill', photo);
    let seen = 0;
    let kills = 0;
    const view = { x: 0, y: 0, w: 200, h: 200 };
    const shaken = await sessions.finish('p-kill', settingsOf(plugin), view, (event) => {
      if (event.type !== 'stage') return;
      seen++;
      if ([3, 9, 14].includes(seen)) {
        kills++;
        killEngine();
      }
    });
    expect(kills).toBe(3);
    expect(shaken.last.type).toBe('finished');
    expect(shaken.events.filter(({ type }) => type === 'retried')).toHaveLength(3);
    // Each crash repeats the two stages of one tile at most.
    const { total } = calm.report.tiles;
    expect(stagesOf(shaken.events).length).toBeLessThanOrEqual(2 * (total + 3));
    const versions = stagesOf(shaken.events).map(({ version }) => version);
    expect(versions).toEqual([...versions].sort((a, b) => a - b));
    expect((await exported('p-kill', shaken.result.restoration)).equals(calm.pixels)).toBe(true);
    await sessions.dispose();
    expect(await readdir(scratch)).toEqual([]);
  });

  it('answers the next call from a new engine', async () => {
    await sessions.open('p-idle', photo);
    const { result } = await sessions.finish('p-idle', settingsOf(plugin));
    const before = await exported('p-idle', result.restoration);
    const call = { restoration: result.restoration };
    const tile = await sessions.tile('p-idle', call);
    killEngine();
    const again = await sessions.tile('p-idle', call);
    expect(Buffer.from(again.bytes).equals(Buffer.from(tile.bytes))).toBe(true);
    expect((await exported('p-idle', result.restoration)).equals(before)).toBe(true);
    const returned = await sessions.finish('p-idle', settingsOf(plugin));
    expect(returned.result.complete).toBe(true);
    await sessions.dispose();
  });

  it('emits a stored stage whose event was lost', async () => {
    let lost: StageEvent | null = null;
    const tap = (name: string, args: readonly unknown[]) => {
      const event = args[1] as SessionEvent | undefined;
      if (lost !== null || name !== 'event' || event?.type !== 'stage') return 'pass';
      // The last stage of its tile: an engine that lives longer waits for an answer about the next
      // tile, and cannot store another stage.
      if (event.version < 6 || event.stage < 2) return 'pass';
      lost = event;
      return 'lost';
    };
    const own = makeEngine({ spawn: () => tapped(tap) });
    const deaf = new TestSessions(own, scratch);
    try {
      await deaf.open('p-deaf', photo);
      const { events, last } = await deaf.finish('p-deaf', settingsOf(plugin));
      expect(last.type).toBe('finished');
      expect(events.filter(({ type }) => type === 'retried')).toHaveLength(1);
      const stages = stagesOf(events);
      const { rect, stage, version } = lost!;
      const index = events.findIndex(({ type }) => type === 'retried');
      const before = stagesOf(events.slice(0, index));
      const after = stagesOf(events.slice(index));
      // It is emitted first, without being computed again.
      expect(after[0]).toMatchObject({ rect, stage });
      expect(after[0]!.version).toBeGreaterThan(version);
      expect(before.every((event) => event.version < after[0]!.version)).toBe(true);
      expect(stages).toHaveLength(2 * totalOf(events));
    } finally {
      await deaf.dispose();
      await own.close();
    }
  });

  it('leaves a tile unrestored on which every engine crashes', async () => {
    const tile = { preferred: 96, max: 96 };
    const small = await makeTinyPlugin(join(folder.path, 'small'), 'staged', tile);
    const own = makeEngine({ spawn: () => dyingOn(5) });
    const fragile = new TestSessions(own, scratch);
    try {
      await fragile.open('p-stubborn', photo);
      const { events, last } = await fragile.finish('p-stubborn', settingsOf(small));
      expect(last.type).toBe('finished');
      expect(events.filter(({ type }) => type === 'retried')).toHaveLength(2);
      const left = events.filter((event) => event.type === 'skipped' && event.reason === 'failed');
      expect(left).toHaveLength(1);
      const warnings = events.flatMap((event) =>
        event.type === 'warning' ? warningInEnglish(event.warning) : [],
      );
      expect(warnings.join()).toMatch(/left as it was, because the program crashed on it/);
      const stages = stagesOf(events);
      expect(stages.length).toBe(2 * (totalOf(events) - 1));
    } finally {
      await fragile.dispose();
      await own.close();
    }
  });
});

function totalOf(events: readonly SessionEvent[]): number {
  return events.findLast((event) => event.type === 'progress')?.total ?? 0;
}

describe('an engine without memory', () => {
  it('is replaced, with smaller tiles', async () => {
    const hungry = await makeTinyPlugin(folder.path, 'hungry', { preferred: 512, max: 512 });
    const large = await makePhoto(folder.path, 300, 260);
    await sessions.open('p-hungry', large);
    const { last, events } = await sessions.finish('p-hungry', settingsOf(hungry));
    expect(last.type).toBe('finished');
    const loaded = events.flatMap((event) => (event.type === 'loaded' ? [event.tile] : []));
    expect(loaded.length).toBeGreaterThan(1);
    expect(loaded.at(-1)).toBeLessThan(loaded[0]!);
    expect(events.some((event) => event.type === 'retried' && event.reason === 'memory')).toBe(
      true,
    );
    await sessions.close('p-hungry');
  });
});

describe('an abort', () => {
  it('ends the wait at once', async () => {
    const opening = sessions.open('p-never', photo, AbortSignal.abort());
    await expect(opening).rejects.toMatchObject({ code: 'cancelled' });
    await sessions.open('p-never', photo);
    await sessions.close('p-never');
  });
});
