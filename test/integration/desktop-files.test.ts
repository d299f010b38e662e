/** Photos from outside the editor: given at the start, dropped, pasted, chosen in a dialog. */
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OpenDialogOptions } from 'electron';
import { describe, expect, it } from 'vitest';
import { desktopCalls } from '../../src/main/hosts/electron/dialogs.js';
import { receiveFile } from '../../src/main/hosts/electron/intake.js';
import { DesktopMemory } from '../../src/main/hosts/electron/memory.js';
import { NO_MENUS } from '../../src/main/hosts/electron/menu.js';
import { GivenFiles } from '../../src/main/hosts/given-files.js';
import type { AppEvent } from '../../src/shared/protocol/events.js';
import { pattern, rawImage } from '../unit/photos.js';
import { localHost } from './local-host.js';

const never = new AbortController().signal;

describe('photos that the program was given', () => {
  async function start() {
    const host = await localHost();
    const warnings: string[] = [];
    const given = new GivenFiles(host.files, host.events);
    const onEvent = given.watch(host.events.onEvent);
    const readSettings = given.afterwards(() => Promise.resolve({}));
    const give = (...names: string[]) =>
      given.give(
        names.map((name) => join(host.pictures, name)),
        (line) => warnings.push(line),
      );
    /** An editor as it starts: it listens, then reads what it needs. */
    const editor = async () => {
      const names: string[][] = [];
      const leave = onEvent((event: AppEvent) => {
        if (event.type === 'open-files') names.push(event.files.map(({ name }) => name));
      });
      await readSettings(never, {});
      await new Promise(setImmediate);
      return { names, leave };
    };
    return { given, give, editor, warnings, onEvent };
  }

  it('wait for the first editor, and are opened once', async () => {
    const { given, give, editor, onEvent } = await start();
    expect(given.areWaiting).toBe(false);
    await give('b9.jpg', 'b10.jpg');
    expect(given.areWaiting).toBe(true);
    const early: AppEvent[] = [];
    onEvent((event) => early.push(event))();
    expect((await editor()).names).toEqual([['b9.jpg', 'b10.jpg']]);
    expect((await editor()).names).toEqual([]);
    expect(early).toEqual([]);
    expect(given.areWaiting).toBe(false);
  });

  it('are opened at once by an editor that is there, and wait again when it has left', async () => {
    const { give, editor } = await start();
    const first = await editor();
    await give('b9.jpg');
    expect(first.names).toEqual([['b9.jpg']]);
    first.leave();
    await give('b10.jpg');
    expect(first.names).toHaveLength(1);
    expect((await editor()).names).toEqual([['b10.jpg']]);
  });

  it('are those of a folder; what is not there is told and skipped', async () => {
    const { give, editor, warnings } = await start();
    await give('nothing.jpg', 'trip');
    expect(warnings).toEqual(['nothing.jpg does not exist.']);
    expect((await editor()).names).toEqual([['c.png']]);
  });
});

describe('a file that was dropped on the page', () => {
  const parts = async () => {
    const host = await localHost();
    return { host, files: host.files, uploads: host.uploads, onFault: () => undefined };
  };

  it('is read in place', async () => {
    const { host, ...rest } = await parts();
    const path = join(host.pictures, 'b9.jpg');
    const told = await receiveFile(rest, { path });
    if (!told.ok) throw new Error('refused');
    expect(told.value.map(({ name }) => name)).toEqual(['b9.jpg']);
    expect(await host.files.resolve(told.value[0]!.ref)).toBe(path);
    expect(existsSync(host.transfers)).toBe(false);
  });

  it('may be a folder: its photos', async () => {
    const { host, ...rest } = await parts();
    symlinkSync('/etc', join(host.pictures, 'way-out'));
    const told = await receiveFile(rest, { path: host.pictures });
    expect(told.ok && told.value.map(({ name }) => name)).toEqual(['b9.jpg', 'b10.jpg']);
  });

  it('may be a picture without a file, which is kept as an upload', async () => {
    const { host, ...rest } = await parts();
    const png = await rawImage(pattern()).png().toBuffer();
    const told = await receiveFile(rest, { name: '../../x.png', bytes: new Uint8Array(png) });
    if (!told.ok) throw new Error(told.error.code);
    const path = await host.files.resolve(told.value[0]!.ref);
    expect(path.startsWith(host.transfers)).toBe(true);
    expect(readFileSync(path).equals(png)).toBe(true);
  });

  it.each([
    [{ path: 'b9.jpg' }, 'request-invalid'],
    [{ path: '/nowhere/at/all.jpg' }, 'file-missing'],
    [{ path: '/etc/passwd', name: 'x', bytes: new Uint8Array(1) }, 'request-invalid'],
    [{ name: 'x.png', bytes: [1, 2] }, 'request-invalid'],
    [{ name: 'x.png', bytes: new Uint8Array(100_001) }, 'image-too-large'],
    [{ name: 'x.png', bytes: new Uint8Array(10) }, 'image-broken'],
    [null, 'request-invalid'],
    ['/etc/passwd', 'request-invalid'],
  ])('is refused as %j', async (told, code) => {
    const { host, ...rest } = await parts();
    expect(await receiveFile(rest, told)).toMatchObject({ ok: false, error: { code } });
    expect(host.faults).toEqual([]);
  });
});

describe("the system's dialogs", () => {
  async function start() {
    const host = await localHost();
    const asked: OpenDialogOptions[] = [];
    const answers: string[][] = [];
    const path = join(host.folder, 'desktop.json');
    const memory = new DesktopMemory(path);
    const calls = desktopCalls(
      {
        ask: (options) => {
          asked.push(options);
          const filePaths = answers.shift() ?? [];
          return Promise.resolve({ canceled: filePaths.length === 0, filePaths });
        },
        closeWindow: () => undefined,
        showMenus: () => undefined,
        texts: () => NO_MENUS.texts,
      },
      host.files,
      memory,
    );
    return { host, asked, answers, calls, path };
  }

  it('choose photos, and begin where the last ones were, also after a restart', async () => {
    const { host, asked, answers, calls, path } = await start();
    expect(await calls.pickPhotos(never, {})).toEqual([]);
    answers.push([join(host.pictures, 'b9.jpg'), join(host.pictures, 'b10.jpg')]);
    const photos = await calls.pickPhotos(never, {});
    expect(photos.map(({ name }) => name)).toEqual(['b9.jpg', 'b10.jpg']);
    await calls.pickPhotos(never, {});
    expect(asked.map(({ defaultPath }) => defaultPath)).toEqual([
      undefined,
      undefined,
      host.pictures,
    ]);
    const [photosFilter, all] = asked[0]!.filters!;
    expect(photosFilter?.extensions).toEqual(expect.arrayContaining(['jpg', 'jpeg', 'tif', 'png']));
    expect(photosFilter?.extensions).toContain('avif');
    expect(all?.extensions).toEqual(['*']);
    const again = new DesktopMemory(path);
    await expect.poll(() => again.load().then(() => again.kept.photoFolder)).toBe(host.pictures);
  });

  it('choose a folder for exports, at first that of the photos', async () => {
    const { host, asked, answers, calls } = await start();
    expect(await calls.pickFolder(never, {})).toBeNull();
    answers.push([join(host.pictures, 'b9.jpg')], [join(host.pictures, 'trip')]);
    await calls.pickPhotos(never, {});
    expect(await calls.pickFolder(never, {})).toMatchObject({ kind: 'folder', name: 'trip' });
    await calls.pickFolder(never, {});
    expect(asked.map(({ defaultPath }) => defaultPath)).toEqual([
      undefined,
      undefined,
      host.pictures,
      join(host.pictures, 'trip'),
    ]);
  });

  it('forget what is no memory of ours', async () => {
    const { host, path } = await start();
    mkdirSync(host.folder, { recursive: true });
    for (const text of ['{"window":{"bounds":1},"photoFolder":7}', '[]', 'x', '{"window":null}']) {
      writeFileSync(path, text);
      const memory = new DesktopMemory(path);
      await memory.load();
      expect(memory.kept).toEqual({ window: null, photoFolder: null, exportFolder: null });
    }
  });
});
