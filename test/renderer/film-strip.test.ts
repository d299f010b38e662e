/** Commands and choices that follow the filmstrip's order. */
import { beforeEach, describe, expect, it } from 'vitest';
import { closeSharp } from '../../src/renderer/features/filmstrip/commands.js';
import { editorCommands } from '../../src/renderer/app/commands/table.js';
import type { Commands } from '../../src/renderer/editor/commands/command.js';
import { App } from '../../src/renderer/app/app.svelte.js';
import type { AppEvent } from '../../src/shared/protocol/events.js';
import { isBlurred } from '../../src/shared/contracts/triage.js';
import { Host, opened, settle } from './double.js';

const SCORES = [0.2, 0.9, 0.05, 0.6];
const idOf = (n: number): string => `p-0000000${n}`;

let host: Host;
let app: App;
let commands: Commands;

beforeEach(async () => {
  host = new Host();
  app = new App(host, { getItem: () => null, setItem: () => undefined });
  commands = editorCommands(app);
  const files = SCORES.map((_, n) => ({
    ...{ ref: `f-000000000000000${n}`, name: `${n}.jpg`, kind: 'photo' as const },
    ...{ bytes: 1, modified: null },
  }));
  void app.photos.open(files);
  for (const n of SCORES.keys()) {
    await host.of('openPhoto')[n]!.answer(opened(idOf(n), `${n}.jpg`));
  }
});

const blurOf = (n: number, score: number): AppEvent => ({
  ...{ type: 'blur', photo: idOf(n), blur: { score, blurredShare: score / 2, extent: null } },
});
const scorePhotos = (): void => SCORES.forEach((score, n) => app.handle(blurOf(n, score)));
const shown = (): string => app.photos.shown.map(({ info }) => info.name[0]).join('');
const current = (): string => app.photo?.info.name ?? 'none';

describe('order and filter of the filmstrip', () => {
  it('are set by commands and stored', async () => {
    expect(SCORES.filter((score) => isBlurred({ score }))).toHaveLength(2);
    scorePhotos();
    expect([commands.run('photos.order-blur'), shown()]).toEqual([true, '1302']);
    await settle();
    expect(host.of('writeSettings').at(-1)?.input).toEqual({ settings: { photoOrder: 'blur' } });
    expect(commands.of('photos.order-blur').checked?.()).toBe(true);
    expect(commands.of('photos.order-opened').checked?.()).toBe(false);
  });

  it('move photos as their scores arrive, also if one cannot be scored', () => {
    commands.run('photos.filter-blurred');
    expect([shown(), app.photos.waiting]).toEqual(['0123', 4]);
    app.handle(blurOf(2, 0.05));
    expect([shown(), app.photos.waiting]).toEqual(['013', 3]);
    app.handle({ type: 'blur', photo: idOf(3), blur: null });
    expect([shown(), app.photos.waiting]).toEqual(['013', 2]);
  });

  it('are refused with fewer than two photos', async () => {
    for (const photo of app.photos.list.slice(1)) void app.photos.close(photo);
    await settle();
    expect(commands.run('photos.order-name')).toBe(false);
    expect(commands.of('photos.filter-sharp').refuse?.()).not.toBeNull();
  });
});

describe('the current photo', () => {
  beforeEach(() => {
    scorePhotos();
    commands.run('photos.order-blur');
    commands.run('photos.filter-blurred');
  });

  it('stays visible until another one is chosen', () => {
    expect([current(), shown()]).toEqual(['0.jpg', '130']);
    expect(app.photos.shownDespiteFilter(app.photo!)).toBe(true);
    commands.run('photos.previous');
    expect([current(), shown()]).toEqual(['3.jpg', '13']);
    expect(app.photos.shownDespiteFilter(app.photo!)).toBe(false);
  });

  it('steps to the visible neighbours', () => {
    app.photos.select(idOf(1));
    commands.run('photos.next');
    expect(current()).toBe('3.jpg');
    commands.run('photos.next');
    expect(current()).toBe('3.jpg');
  });

  it('is replaced by the next visible photo when closed, at last by a hidden one', () => {
    app.photos.select(idOf(1));
    void app.photos.close(app.photo!);
    expect(current()).toBe('3.jpg');
    void app.photos.close(app.photo!);
    expect([current(), shown()]).toEqual(['0.jpg', '0']);
  });
});

describe('sharp photos', () => {
  it('cannot be closed before any score is known', () => {
    expect(commands.run('photos.close-sharp')).toBe(false);
  });

  it('are closed together and can be reopened', async () => {
    scorePhotos();
    const done = closeSharp(app);
    await settle();
    expect([shown(), current()]).toEqual(['13', '1.jpg']);
    const calls = host.of('closePhoto');
    expect(calls.map(({ input }) => input)).toEqual([{ photo: idOf(0) }, { photo: idOf(2) }]);
    for (const call of calls) await call.answer(null);
    await done;
    app.notices.list[0]!.action!.run();
    await settle();
    // The defaults are requested first.
    await host.of('readSettings').at(-1)!.answer({});
    expect(host.of('openPhoto').at(-1)!.input).toEqual({ file: 'f-0000000000000000' });
    expect(app.notices.list).toEqual([]);
  });

  it('cause a question if one has unsaved edits', async () => {
    scorePhotos();
    app.photos.list[0]!.change('strength', (now) => ({ ...now, strength: 0.5 }));
    void closeSharp(app);
    await settle();
    for (const call of host.of('saveEdit')) await call.answer(null);
    await settle();
    expect(app.closing.photos.map(({ info }) => info.name)).toEqual(['0.jpg']);
    expect(shown()).toBe('0123');
    app.closing.cancel();
    expect(shown()).toBe('0123');
  });
});
