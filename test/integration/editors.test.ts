/** Connects several editors to one host: they leave, come back, and hear of what concerns them. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Downloads } from '../../src/main/app/downloads.js';
import { onDisk, strokeThrough, withStrokes } from '../unit/edit/samples.js';
import { EditStore } from '../../src/main/storage/edits.js';
import { FileReferences } from '../../src/main/app/files.js';
import { watchMemory } from '../../src/main/app/memory.js';
import { Photos } from '../../src/main/app/photos.js';
import { PluginRegistry } from '../../src/main/plugins/registry.js';
import { PrivateFolder } from '../../src/main/storage/private-folder.js';
import { RecentFiles } from '../../src/main/app/recents.js';
import { SettingsStore } from '../../src/main/app/settings.js';
import { EventHub } from '../../src/main/app/service.js';
import { ResultSettings } from '../../src/shared/protocol/calls.js';
import type { AppEvent } from '../../src/shared/protocol/events.js';
import { makeEngine, makeFolder, makeDetail } from '../engine/harness.js';
import { localHost } from './local-host.js';
import { overPorts, type Editor } from './transports.js';

const SETTINGS = ResultSettings.parse({ provider: 'cpu', skip: false });
/** Milliseconds that a photo stays open without an editor, by the tests' own clock. */
const GRACE_MS = 120_000;

const engine = makeEngine();
const hub = new EventHub();
let folder: Awaited<ReturnType<typeof makeFolder>>;
let photos: Photos;
let files: FileReferences;
let connect: () => Promise<Editor>;

beforeAll(async () => {
  folder = await makeFolder();
  const data = join(folder.path, 'data');
  await mkdir(data);
  const transfers = new PrivateFolder(join(data, 'transfers'));
  files = new FileReferences(() => Promise.resolve([]));
  photos = new Photos({
    ...{ engine, files, hub },
    recents: new RecentFiles(join(data, 'recent.json')),
    downloads: new Downloads(transfers),
    edits: new EditStore(data),
    settings: new SettingsStore(join(data, 'settings.json')),
    plugins: new PluginRegistry(),
    isPrivate: (file) => transfers.holds(file),
    cache: join(data, 'cache'),
    graceMs: GRACE_MS,
  });
  const host = await localHost();
  const service = { ...host.service, ...photos.calls, onEvent: hub.onEvent };
  connect = () => overPorts({ ...host, service });
});
afterAll(async () => {
  await photos.close();
  await engine.close();
  await folder.remove();
});

async function refOf(width: number): Promise<string> {
  return (await files.admit(await makeDetail(folder.path, width, 150))).ref;
}

function heard(editor: Editor): AppEvent[] {
  const events: AppEvent[] = [];
  editor.client.onEvent((event) => events.push(event));
  return events;
}

/** Stops the clock of this process; the engine's goes on. */
beforeEach(() => void vi.useFakeTimers({ toFake: [...TIMERS] }));
afterEach(() => void vi.useRealTimers());

const TIMERS = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] as const;

describe('an editor that is reloaded', () => {
  it('finds its photo open, its edit, its result and its badge', async () => {
    const file = await refOf(200);
    const before = await connect();
    const opened = await before.client.call('openPhoto', { file });
    const { photo } = opened;
    const told = heard(before);
    await before.client.call('startResult', { photo, settings: SETTINGS, view: null });
    await expect
      .poll(() => told.some(({ type, ...rest }) => type === 'result' && isFinished(rest)))
      .toBe(true);
    const edit = onDisk(withStrokes(2, (i) => strokeThrough([i, i])));
    await before.client.call('saveEdit', { photo, edit, to: 'autosave' });
    await before.drop();
    await vi.advanceTimersByTimeAsync(GRACE_MS - 1);

    const after = await connect();
    const events = heard(after);
    const again = await after.client.call('openPhoto', { file });
    expect(again).toEqual({ ...opened, edit, editFrom: 'autosave' });
    const started = await after.client.call('startResult', {
      photo,
      settings: SETTINGS,
      view: null,
    });
    expect(started).toMatchObject({ complete: true });
    // The photo belongs to the new editor now: the end of the grace period does not close it.
    await vi.advanceTimersByTimeAsync(2 * GRACE_MS);
    await after.client.call('stopResult', { photo });
    await expect.poll(() => events.some(({ type }) => type === 'result')).toBe(true);
    await after.client.call('closePhoto', { photo });
    await after.drop();
  });

  it('keeps what it rejoins, and is told what is closed', async () => {
    const file = await refOf(220);
    const before = await connect();
    const { photo } = await before.client.call('openPhoto', { file });
    await before.drop();
    const after = await connect();
    const closed = 'p-00000000ffffffff';
    const open = await after.client.call('rejoinPhotos', { photos: [closed, photo] });
    expect(open).toEqual([photo]);
    await vi.advanceTimersByTimeAsync(2 * GRACE_MS);
    await after.client.call('stopResult', { photo });
    await after.client.call('closePhoto', { photo });
    expect(await after.client.call('rejoinPhotos', { photos: [photo] })).toEqual([]);
    await after.drop();
  });

  it('has another photo when somebody else has it open', async () => {
    const file = await refOf(210);
    const [one, two] = [await connect(), await connect()];
    const first = await one.client.call('openPhoto', { file });
    const second = await two.client.call('openPhoto', { file });
    expect(second.photo).not.toBe(first.photo);
    await one.client.call('closePhoto', { photo: first.photo });
    await two.client.call('stopResult', { photo: second.photo });
    await one.drop();
    await two.drop();
  });
});

function isFinished(event: object): boolean {
  return (event as { event?: { type: string } }).event?.type === 'finished';
}

describe('an editor that does not come back', () => {
  it('has its photos closed after a while', async () => {
    const file = await refOf(220);
    const [leaving, staying] = [await connect(), await connect()];
    const { photo } = await leaving.client.call('openPhoto', { file });
    await leaving.drop();
    const cell = { photo, level: 0, column: 0, row: 0 };
    const address = { kind: 'original', ...cell } as const;
    const signal = new AbortController().signal;
    await vi.advanceTimersByTimeAsync(GRACE_MS - 1);
    expect((await photos.pixels(signal, address)).body.length).toBeGreaterThan(100);
    await vi.advanceTimersByTimeAsync(1);
    await expect(photos.pixels(signal, address)).rejects.toMatchObject({ code: 'photo-not-open' });
    // Its file can be opened again, under another id.
    const again = await staying.client.call('openPhoto', { file });
    expect(again.photo).not.toBe(photo);
    await staying.client.call('closePhoto', { photo: again.photo });
    await staying.drop();
  });
});

describe('a photo that was opened', () => {
  it('gets its badge', async () => {
    const editor = await connect();
    const events = heard(editor);
    const { photo } = await editor.client.call('openPhoto', { file: await refOf(230) });
    const badge = () => events.find((event) => event.type === 'blur' && event.photo === photo);
    await expect.poll(badge).toBeDefined();
    const { blur } = badge() as { blur: { score: number } };
    expect(blur.score).toBeGreaterThanOrEqual(0);
    expect(blur.score).toBeLessThanOrEqual(1);
    await editor.drop();
    // An editor that comes back may have missed it.
    const after = await connect();
    const again = heard(after);
    await after.client.call('rejoinPhotos', { photos: [photo] });
    await expect.poll(() => again).toContainEqual({ type: 'blur', photo, blur });
    await after.client.call('closePhoto', { photo });
    await after.drop();
  });

  it('is told that nobody can tell how blurred it is', async () => {
    const broken = new Photos({
      ...{ engine, files, hub, cache: join(folder.path, 'other-cache') },
      recents: new RecentFiles(join(folder.path, 'recent.json')),
      downloads: new Downloads(new PrivateFolder(join(folder.path, 'transfers'))),
      edits: new EditStore(folder.path),
      // Without settings no network is chosen.
      settings: { read: () => Promise.reject(new Error('Not readable.')) },
      plugins: new PluginRegistry(),
      isPrivate: () => false,
    });
    const host = await localHost();
    const service = { ...host.service, ...broken.calls, onEvent: hub.onEvent };
    const editor = await overPorts({ ...host, service });
    const events = heard(editor);
    const { photo } = await editor.client.call('openPhoto', { file: await refOf(240) });
    const told = { type: 'blur', photo, blur: null };
    await expect.poll(() => events).toContainEqual(told);
    await editor.drop();
    await broken.close();
  });
});

describe('memory', () => {
  it('is told to who listens, again to who comes later, and not without a change', async () => {
    const own = new EventHub();
    // So much that the memory of this process does not count.
    let held = 1e12;
    let measured = 0;
    const memory = () => {
      measured++;
      return Promise.resolve({ bytes: held, peakBytes: held });
    };
    const stop = watchMemory(own, { memory }, 30);
    const after30Ms = async <T>(value: () => T): Promise<T> => {
      await vi.advanceTimersByTimeAsync(30);
      return value();
    };
    const first: AppEvent[] = [];
    own.onEvent((event) => first.push(event));
    await expect.poll(() => after30Ms(() => first.length)).toBe(1);
    expect(first[0]).toMatchObject({ type: 'memory' });
    expect((first[0] as { bytes: number }).bytes).toBeGreaterThan(1e12);
    const before = measured;
    await expect.poll(() => after30Ms(() => measured)).toBeGreaterThan(before + 3);
    expect(first).toHaveLength(1);
    held = 2e12;
    await expect.poll(() => after30Ms(() => first.length)).toBe(2);
    const late: AppEvent[] = [];
    own.onEvent((event) => late.push(event));
    await expect.poll(() => after30Ms(() => late.length)).toBe(1);
    stop();
  });

  it('is that of the engine too, as long as it runs', async () => {
    const client = makeEngine();
    expect((await client.memory()).bytes).toBe(0);
    client.current();
    await expect.poll(async () => (await client.memory()).bytes).toBeGreaterThan(30e6);
    await client.close();
    expect((await client.memory()).bytes).toBe(0);
  });
});

describe('settings', () => {
  it('that one window changes are told to the others, and no window takes back what another wrote', async () => {
    const host = await localHost();
    const [one, two] = [await overPorts(host), await overPorts(host)];
    const [toOne, toTwo] = [heard(one), heard(two)];
    await Promise.all([
      one.client.call('writeSettings', { settings: { theme: 'dark' } }),
      two.client.call('writeSettings', { settings: { tile: 256 } }),
    ]);
    expect(await one.client.call('readSettings', {})).toMatchObject({ theme: 'dark', tile: 256 });
    await expect.poll(() => [...toOne, ...toTwo]).toHaveLength(2);
    expect(toOne).toEqual([{ type: 'settings', settings: { tile: 256 } }]);
    expect(toTwo).toEqual([{ type: 'settings', settings: { theme: 'dark' } }]);
    const wrong = one.client.call('writeSettings', { settings: { theme: 'pink' } });
    await expect(wrong).rejects.toMatchObject({ code: 'setting-invalid' });
    expect(toTwo).toHaveLength(1);
    await one.drop();
    await two.drop();
  });
});

describe('a host without windows', () => {
  it.each(['pickPhotos', 'pickFolder', 'closeWindow'] as const)('refuses %s', async (name) => {
    const editor = await overPorts(await localHost());
    await expect(editor.client.call(name, {})).rejects.toMatchObject({ code: 'host-unable' });
    await editor.drop();
  });
});
