/** Reuses computed tiles: after closing, in two windows, after a failure or a new process. */
import { mkdir, readdir, stat, utimes } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeEngine, makeFolder, makePhoto } from './harness.js';
import { settingsOf, stagesOf, TestSessions, type FinishedEvent } from './session-harness.js';
import { dyingOn } from './dying.js';
import { makeTinyPlugin } from './tiny-plugin.js';
import { endedPid, leaveScratch } from '../unit/left-scratch.js';

const engine = makeEngine();
let folder: Awaited<ReturnType<typeof makeFolder>>;
let plugin: string;
let photo: string;
let scratch: string;
let sessions: TestSessions;

beforeAll(async () => {
  folder = await makeFolder();
  scratch = join(folder.path, 'cache');
  await mkdir(scratch);
  plugin = await makeTinyPlugin(folder.path, 'staged');
  photo = await makePhoto(folder.path, 400, 300);
  sessions = new TestSessions(engine, scratch);
});
afterAll(async () => {
  await sessions.dispose();
  await engine.close();
  await folder.remove();
});

function tileOf(id: string, result: string): Promise<Buffer> {
  return sessions.tile(id, { restoration: result }).then(({ bytes }) => Buffer.from(bytes));
}

describe('a reopened photo', () => {
  it('has its complete restorations, with their blurred share and the same pixels', async () => {
    await sessions.open('p-first', photo);
    const first = await sessions.finish('p-first', settingsOf(plugin));
    expect(first.result).toMatchObject({ complete: false, blurredShare: null });
    const before = await tileOf('p-first', first.result.restoration);
    await sessions.close('p-first');
    await sessions.open('p-again', photo);
    const again = await sessions.finish('p-again', settingsOf(plugin));
    expect(stagesOf(again.events)).toEqual([]);
    const { blurredShare, computed } = first.last as FinishedEvent;
    expect(computed).toBe(
      new Set(stagesOf(first.events).map(({ rect }) => JSON.stringify(rect))).size,
    );
    expect(again.last).toMatchObject({ computed: 0 });
    expect(again.result).toMatchObject({ complete: true, blurredShare });
    expect((await tileOf('p-again', again.result.restoration)).equals(before)).toBe(true);
    await sessions.close('p-again');
  });

  it('starts again if its file has changed', async () => {
    const own = await makePhoto(join(scratch, '..'), 260, 200);
    await sessions.open('p-old', own);
    await sessions.finish('p-old', settingsOf(plugin));
    await sessions.close('p-old');
    await utimes(own, new Date(), new Date(Date.now() + 5000));
    await sessions.open('p-new', own);
    const { result } = await sessions.finish('p-new', settingsOf(plugin));
    expect(result.complete).toBe(false);
    await sessions.close('p-new');
  });

  it('shares its tiles with a second window', async () => {
    const own = await makePhoto(folder.path, 300, 200);
    await sessions.open('p-left', own);
    await sessions.open('p-right', own);
    const { result } = await sessions.finish('p-left', settingsOf(plugin));
    const other = await sessions.finish('p-right', settingsOf(plugin));
    expect(other.result.complete).toBe(true);
    await sessions.close('p-left');
    const left = await tileOf('p-right', result.restoration);
    expect(left.length).toBeGreaterThan(1000);
    await sessions.close('p-right');
  });
});

describe('the stored tiles of closed photos', () => {
  // One engine serves all sessions of a test.
  const other = makeEngine();
  afterAll(() => other.close());

  it('are bounded: the least recently used are removed first', async () => {
    const root = join(folder.path, 'bounded');
    const paths = await Promise.all([210, 220, 230].map((w) => makePhoto(folder.path, w, 200)));
    const kept = async () => {
      const [session = ''] = await readdir(root);
      // The marker file lies beside the folders of the photos.
      const names = (await readdir(join(root, session))).filter((name) => !name.startsWith('.'));
      return names.map((name) => join(root, session, name));
    };
    // Measures one photo, so that the limit holds two of the three.
    const open = async (client: TestSessions, path: string) => {
      await client.open(path, path);
      const { result } = await client.finish(path, settingsOf(plugin));
      await client.close(path);
      return result.complete;
    };
    const probe = new TestSessions(other, root);
    await open(probe, paths[2]!);
    const [entry = ''] = await kept();
    const { size } = await stat(join(entry, 'tiles.bin'));
    await probe.dispose();
    expect(await readdir(root)).toEqual([]);

    const bounded = new TestSessions(other, root, Math.round(2.5 * size));
    for (const path of paths) expect(await open(bounded, path)).toBe(false);
    expect(await kept()).toHaveLength(2);
    expect(await open(bounded, paths[2]!)).toBe(true);
    expect(await open(bounded, paths[1]!)).toBe(true);
    expect(await open(bounded, paths[0]!)).toBe(false);
    await bounded.dispose();
  });

  it('of a killed process are removed by the next one', async () => {
    const root = join(folder.path, 'swept');
    await mkdir(root);
    const left = await leaveScratch(root, { pid: endedPid() });
    const client = new TestSessions(other, root);
    await client.open('p-sweep', photo);
    expect(await readdir(root)).not.toContain(basename(left));
    await client.dispose();
    expect(await readdir(root)).toEqual([]);
  });
});

describe('a failed tile', () => {
  it('is retried by a new request', async () => {
    const small = await makeTinyPlugin(join(folder.path, 'small'), 'staged', {
      preferred: 96,
      max: 96,
    });
    let deadly = true;
    const own = makeEngine({ spawn: () => dyingOn(5, () => deadly) });
    const fragile = new TestSessions(own, scratch);
    try {
      await fragile.open('p-stubborn', photo);
      const first = await fragile.finish('p-stubborn', settingsOf(small));
      const failed = first.events.filter(
        (event) => event.type === 'skipped' && event.reason === 'failed',
      );
      expect(failed).toHaveLength(1);
      deadly = false;
      const again = await fragile.finish('p-stubborn', settingsOf(small));
      expect(again.result.complete).toBe(false);
      expect(again.result.version).toBeGreaterThan(first.result.version);
      expect(again.last.type).toBe('finished');
      // Both stages of that tile alone.
      expect(stagesOf(again.events).map(({ stage }) => stage)).toEqual([1, 2]);
      expect(again.events.filter(({ type }) => type === 'warning')).toEqual([]);
    } finally {
      await fragile.dispose();
      await own.close();
    }
  });
});

describe('a grown engine', () => {
  it('is replaced while idle, without a visible effect', async () => {
    const path = await makePhoto(folder.path, 240, 180);
    const wide = await makeTinyPlugin(join(folder.path, 'wide'), 'staged', { max: 512 });
    await sessions.open('p-grow', path);
    const before = engine.pid;
    const asking = new AbortController();
    let served = 0;
    const first = await sessions.finish('p-grow', settingsOf(wide));
    const looking = (async () => {
      while (!asking.signal.aborted) {
        await tileOf('p-grow', first.result.restoration);
        served++;
      }
    })();
    // An idle engine is replaced after more than 8 shapes of tiles.
    for (let tile = 128; tile <= 272; tile += 16) {
      await sessions.finish('p-grow', settingsOf(wide, { tile }));
    }
    await expect.poll(() => engine.pid).not.toBe(before);
    const seen = served;
    await expect.poll(() => served).toBeGreaterThan(seen + 2);
    asking.abort();
    await looking;
    const again = await sessions.finish('p-grow', settingsOf(wide));
    expect(again.result.complete).toBe(true);
    expect(sessions.emitted.some(({ event }) => event.type === 'retried')).toBe(false);
    await sessions.close('p-grow');
  });
});
