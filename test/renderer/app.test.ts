/** The app as a whole: opening, interruptions, closing the window, reloading the page. */
import { beforeEach, describe, expect, it } from 'vitest';
import { App } from '../../src/renderer/app/app.svelte.js';
import type { LinkState } from '../../src/renderer/host/reconnect.js';
import type { TabStorage } from '../../src/renderer/app/tab-session.svelte.js';
import type { FileEntry, OpenedPhoto } from '../../src/shared/protocol/calls.js';
import { UnsmearError } from '../../src/shared/core/errors.js';
import { batchRow, Host, opened, settle } from './double.js';

const file = (n: number): FileEntry => ({
  ref: `f-000000000000000${n}`,
  ...{ name: `${n}.jpg`, kind: 'photo', bytes: 1, modified: null },
});

/** Host that answers known calls at once. */
class QuickHost extends Host {
  readonly answers: Record<string, (input: never) => unknown> = {
    hello: () => ({ host: 'browser', chooser: 'folders' }),
    readSettings: () => ({ welcomed: true, provider: 'cpu', tile: 'nonsense' }),
    openPhoto: ({ file: ref }: { file: string }) => this.photo(ref),
  };
  /** Stored edit that the host returns with a photo. */
  kept: Partial<OpenedPhoto> = {};
  readonly unknown = new Set<string>();
  #opened = 0;
  #watchers: ((state: LinkState) => void)[] = [];
  readonly link = {
    watch: (watcher: (state: LinkState) => void) => {
      this.#watchers.push(watcher);
      return () => undefined;
    },
    retryNow: () => undefined,
  };

  /** Breaks the connection and restores it. */
  async interrupt(): Promise<void> {
    for (const state of ['up', 'lost', 'up'] as const)
      this.#watchers.forEach((tell) => tell(state));
    await rest();
  }

  override async call(signal: AbortSignal, name: string, input: unknown): Promise<never> {
    this.calls.push({
      ...{ name, input, signal },
      answer: () => settle(),
      refuse: () => settle(),
    });
    await settle();
    return (this.answers[name]?.(input as never) ?? null) as never;
  }

  private photo(ref: string): OpenedPhoto {
    if (this.unknown.has(ref)) throw new UnsmearError('file-missing', { reason: 'forgotten' });
    this.#opened++;
    const id = `p-0000000${this.#opened}`;
    return { ...opened(id, `${ref.at(-1)}.jpg`), ...this.kept };
  }
}

let host: QuickHost;
let stored: Map<string, string>;
let storage: TabStorage;
let app: App;

beforeEach(() => {
  host = new QuickHost();
  stored = new Map();
  storage = {
    getItem: (key) => stored.get(key) ?? null,
    setItem: (key, value) => void stored.set(key, value),
  };
  app = new App(host, storage);
});

const names = (): string[] => app.photos.list.map(({ info }) => info.name);
const edit = (n: number): void =>
  app.photos.list[n]!.change('strength', (now) => ({ ...now, strength: 0.5 }));

/** Waits for pending promises. */
async function rest(): Promise<void> {
  for (let i = 0; i < 10; i++) await settle();
}

describe('opening photos', () => {
  it('starts a photo with the valid settings of the user', async () => {
    await app.open([file(1)]);
    expect(app.photo?.options).toMatchObject({ provider: 'cpu', tile: 'auto' });
    expect(app.photo?.dirty).toBe(false);
  });

  it('opens a photo with the defaults if the settings cannot be read', async () => {
    host.answers.readSettings = () => {
      throw new UnsmearError('disk-full', { reason: 'unnamed' });
    };
    await app.open([file(1)]);
    expect(app.photo?.options.provider).toBe('auto');
  });
});

describe('the very first start', () => {
  beforeEach(() => {
    host.answers.readSettings = () => ({});
    host.answers.samplePhoto = () => file(9);
  });

  it('opens the sample only once', async () => {
    await app.start();
    expect(names()).toEqual(['9.jpg']);
    expect(host.of('writeSettings')[0]?.input).toEqual({ settings: { welcomed: true } });
  });

  it("opens the photos of the program's arguments instead of the sample", async () => {
    host.answers.hello = () => ({ host: 'browser', chooser: 'folders', photosGiven: true });
    await app.start();
    app.handle({ type: 'open-files', files: [file(1)] });
    await rest();
    expect(names()).toEqual(['1.jpg']);
    expect(host.of('samplePhoto')).toEqual([]);
    expect(app.preferences.values.welcomed).toBe(true);
  });
});

describe('choosing photos', () => {
  it('works before the host has introduced itself', async () => {
    const picked = app.pick();
    await settle();
    expect([app.chooser.listed?.what, app.blocked, app.intake]).toEqual(['photos', true, null]);
    expect(host.of('pickPhotos')).toEqual([]);
    app.chooser.listed!.choose([file(1)]);
    await picked;
    expect([app.blocked, names()]).toEqual([false, ['1.jpg']]);
  });

  it('resolves empty when another choice replaces it', async () => {
    const [first, second] = [app.choose('photos'), app.choose('folder')];
    expect(await first).toEqual([]);
    app.chooser.listed!.choose([file(1)]);
    expect(await second).toHaveLength(1);
  });

  it('resolves empty if the list is closed without a choice', async () => {
    const chosen = app.choose('folder');
    await settle();
    app.chooser.listed!.choose([]);
    expect(await chosen).toEqual([]);
    expect([app.chooser.listed, app.photos.isEmpty]).toEqual([null, true]);
  });

  it("uses the system's dialog if the host has one", async () => {
    host.answers.hello = () => ({ host: 'electron', chooser: 'system' });
    host.answers.pickPhotos = () => [file(1)];
    await app.pick();
    expect([app.chooser.listed, names()]).toEqual([null, ['1.jpg']]);
  });
});

describe('saving', () => {
  it.each([
    [true, 'Saved the edit of 1.jpg.'],
    [false, /Unsmear's own folder/],
  ])('reports where the edit was saved: %j', async (hasFolder, text) => {
    host.kept = { hasFolder };
    await app.open([file(1)]);
    edit(0);
    await app.save();
    expect(app.notices.list.at(-1)?.text).toMatch(text);
  });
});

describe('a recovered edit', () => {
  it('is discarded by reopening the photo as saved, in the same place', async () => {
    await app.open([file(1), file(2)]);
    edit(0);
    await app.photos.list[0]!.persistence.flush();
    const written = host.of('saveEdit').at(-1)!.input as { edit: unknown };
    const later = new App(host, storage);
    host.kept = { edit: written.edit, editFrom: 'autosave' };
    await later.open([file(1)]);
    host.kept = {};
    await later.open([file(2)]);
    later.photos.select(later.photos.list[0]!.info.photo);
    const old = later.photo!;
    expect([old.notice?.kind, old.strength]).toEqual(['recovered', 0.5]);
    await later.discardRecovered(old);
    expect(host.of('saveEdit').at(-1)!.input).toMatchObject({ edit: null, to: 'autosave' });
    expect(later.photos.list.map(({ info }) => info.name)).toEqual(['1.jpg', '2.jpg']);
    expect([later.photo?.info.name, later.photo?.strength]).toEqual(['1.jpg', 1]);
    expect(later.photo?.notice).toBeNull();
    expect(host.of('closePhoto').at(-1)!.input).toEqual({ photo: old.info.photo });
  });
});

describe('an interruption', () => {
  beforeEach(async () => {
    await app.start();
    await app.open([file(1), file(2)]);
  });

  it('keeps photos that the host still has open', async () => {
    const before = app.photos.list;
    const ids = before.map(({ info }) => info.photo);
    host.answers.rejoinPhotos = () => ids;
    await host.interrupt();
    expect(host.of('rejoinPhotos').map(({ input }) => input)).toEqual([{ photos: ids }]);
    expect([app.photos.list === before, host.of('openPhoto').length]).toEqual([true, 2]);
  });

  it('reopens photos that the host has closed, with edit, history and selection', async () => {
    edit(0);
    const [old, other] = app.photos.list;
    app.photos.select(old!.info.photo);
    host.answers.rejoinPhotos = () => [other!.info.photo];
    await host.interrupt();
    const photo = app.photo!;
    expect(names()).toEqual(['1.jpg', '2.jpg']);
    expect(photo.info.photo).not.toBe(old!.info.photo);
    expect([photo.strength, photo.dirty, photo.canUndo, photo.notice]).toEqual([
      ...[0.5, true, true, null],
    ]);
    // Nothing could be saved during the interruption.
    await photo.persistence.flush();
    expect(host.of('saveEdit').at(-1)!.input).toMatchObject({
      ...{ photo: photo.info.photo, to: 'autosave' },
    });
    photo.undo();
    expect(photo.dirty).toBe(false);
  });

  it('does not apply an edit to a file whose size has changed', async () => {
    edit(0);
    host.kept = { width: 10 };
    host.answers.rejoinPhotos = () => [app.photos.list[1]!.info.photo];
    await host.interrupt();
    expect([app.photos.list[0]!.strength, app.photos.list[0]!.notice?.kind]).toEqual([1, 'other']);
  });

  it('keeps a photo and its edit if the host cannot reopen it', async () => {
    edit(0);
    host.unknown.add(file(1).ref);
    host.answers.rejoinPhotos = () => [];
    await host.interrupt();
    expect([app.photos.list[0]!.strength, names()]).toEqual([0.5, ['1.jpg', '2.jpg']]);
    expect(app.photos.openings.map(({ error }) => error?.code)).toEqual(['file-missing']);
  });
});

describe('closing the window', () => {
  beforeEach(() => app.open([file(1), file(2), file(3)]));

  it("asks once for all photos, then closes the host's window", async () => {
    edit(0);
    edit(2);
    app.handle({ type: 'command', command: 'close-window' });
    await rest();
    expect(app.closing.photos.map(({ info }) => info.name)).toEqual(['1.jpg', '3.jpg']);
    expect([app.blocked, host.of('closeWindow').length]).toEqual([true, 0]);
    await app.closing.save();
    expect([app.blocked, host.of('closeWindow').length]).toEqual([false, 1]);
  });

  it('closes at once if nothing would be lost', async () => {
    app.handle({ type: 'command', command: 'close-window' });
    await rest();
    expect(host.of('closeWindow')).toHaveLength(1);
  });

  it('asks about a running batch first', async () => {
    app.batches.list = [batchRow()];
    app.handle({ type: 'command', command: 'close-window' });
    await rest();
    expect([app.dialog, app.blocked, host.of('closeWindow').length]).toEqual([
      'close-batch',
      true,
      0,
    ]);
    edit(0);
    const closing = app.closeWindow(true);
    await rest();
    expect([app.dialog, app.closing.photos.length]).toEqual([null, 1]);
    await app.closing.discard();
    await closing;
    expect(host.of('closeWindow')).toHaveLength(1);
  });

  it('closes by itself when the batch finishes during the question', async () => {
    app.batches.list = [batchRow()];
    await app.closeWindow();
    app.handle({ type: 'batch', batch: batchRow({ state: 'finished' }), photo: null });
    await rest();
    expect([app.dialog, host.of('closeWindow').length]).toEqual([null, 1]);
  });

  it('reports a refusal of the host', async () => {
    host.answers.closeWindow = () => {
      throw new UnsmearError('host-unable', { reason: 'windows' });
    };
    await app.closeWindow();
    expect(app.notices.list.map(({ text }) => text)).toEqual([
      'Unsmear has no window of its own here.',
    ]);
  });
});

describe('reloading the page', () => {
  async function again(): Promise<void> {
    await app.start();
    await app.open([file(1), file(2), file(3)]);
    app.photos.select(app.photos.list[1]!.info.photo);
    app.view.panel = 'hints';
    app.session.remember();
    app.stop();
    app = new App(host, storage);
  }

  it('reopens the photos and the panel', async () => {
    await again();
    await app.start();
    expect([names(), app.photo?.info.name]).toEqual([['1.jpg', '2.jpg', '3.jpg'], '2.jpg']);
    expect(app.view.panel).toBe('hints');
  });

  it('silently forgets files that a restarted host does not know', async () => {
    await again();
    host.unknown.add(file(1).ref).add(file(2).ref);
    await app.start();
    expect([names(), app.photo?.info.name, app.photos.openings]).toEqual([['3.jpg'], '3.jpg', []]);
  });

  it('remembers photos through a second reload while they are opening', async () => {
    await again();
    const before = stored.get('unsmear.open');
    app.session.remember();
    expect(stored.get('unsmear.open')).toBe(before);
  });

  it.each(['', 'nonsense', '{"files":[{"ref":"../../etc/passwd","name":"x"}],"current":null}'])(
    'starts empty if %j is stored',
    async (text) => {
      stored.set('unsmear.open', text);
      await app.start();
      expect([names(), app.broken]).toEqual([[], null]);
    },
  );
});
