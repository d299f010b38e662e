/** A hostile editor's `exportPhoto` over the real transport, into real folders. */
import { EVERYWHERE } from '../../src/shared/regions/index.js';
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EditStore } from '../../src/main/storage/edits.js';
import { Photos } from '../../src/main/app/photos.js';
import { SettingsStore } from '../../src/main/app/settings.js';
import { PluginRegistry } from '../../src/main/plugins/registry.js';
import {
  ResultSettings,
  type CallInput,
  type ExportReport,
  type FileEntry,
  type OpenedPhoto,
} from '../../src/shared/protocol/calls.js';
import { printable } from '../../src/shared/core/printable.js';
import { makeEngine } from '../engine/harness.js';
import { localHost, type LocalHost } from './local-host.js';
import { overSocket, type Editor } from './transports.js';

const SIGNAL = new AbortController().signal;
const engine = makeEngine();
let host: LocalHost;
let photos: Photos;
let editor: Editor;
let opened: OpenedPhoto;
let other: OpenedPhoto;
let result: string;
/** Where exports go, and what surrounds it. */
let trip: string;
let tripEntry: FileEntry;
/** Outside the roots. */
let elsewhere: string;

beforeAll(async () => {
  host = await localHost();
  const data = join(host.folder, 'data');
  trip = join(host.pictures, 'trip');
  elsewhere = join(host.folder, 'elsewhere');
  mkdirSync(elsewhere);
  photos = new Photos({
    ...{ engine, files: host.files, hub: host.events },
    ...{ recents: host.recents, downloads: host.downloads, edits: new EditStore(data) },
    settings: new SettingsStore(join(data, 'settings.json')),
    plugins: new PluginRegistry(),
    isPrivate: () => false,
    cache: join(data, 'cache'),
  });
  const { closePhoto, openPhoto, startResult, exportPhoto } = photos.calls;
  const service = { ...host.service, closePhoto, openPhoto, startResult, exportPhoto };
  mkdirSync(join(data, 'cache'), { recursive: true });
  editor = await overSocket({ ...host, service });
  const entries = await list(null).then(([root]) => list(root!.ref));
  const named = (name: string) => entries.find((entry) => entry.name === name)!;
  tripEntry = named('trip');
  opened = await editor.client.call('openPhoto', { file: named('b9.jpg').ref });
  other = await editor.client.call('openPhoto', { file: named('b10.jpg').ref });
  const settings = ResultSettings.parse({ provider: 'cpu' });
  const request = { photo: opened.photo, settings, regions: EVERYWHERE };
  ({ result } = await photos.calls.findResult(SIGNAL, request));
});
beforeEach(() => {
  rmSync(trip, { recursive: true, force: true });
  mkdirSync(trip);
});
afterAll(async () => {
  await editor.drop();
  await photos.close();
  await engine.close();
});

async function list(folder: string | null): Promise<readonly FileEntry[]> {
  return (await editor.client.call('listFolder', { folder })).entries;
}

type Output = CallInput<'exportPhoto'>['output'];

function exportAs(name: string, more: Partial<Output> = {}): Promise<ExportReport> {
  const common = { photo: opened.photo, result, stage: 0, strength: 1 };
  return editor.client.call('exportPhoto', {
    ...common,
    regions: { operations: [] },
    output: {
      ...{ folder: tripEntry.ref, name, format: 'jpeg', quality: null, depth: null },
      ...{ metadata: 'all', onExist: 'overwrite', ...more },
    },
  });
}

/** Names for the title of a test, which is printed. */
function titled(names: readonly string[]): [title: string, name: string][] {
  return names.map((name) => [printable(JSON.stringify(name)), name]);
}

describe('an export', () => {
  it.each(
    titled([
      ...['.bashrc', '.bashrc.jpg', '../up.jpg', '../../up.jpg', '/etc/up.jpg', 'sub/in.jpg'],
      ...['..\\up.jpg', 'C:up.jpg', 'a.jpg:stream.jpg', 'a\u0000.jpg', 'a\n.jpg', 'a\u009b.jpg'],
      ...['', '.', '..', '.jpg', ' a.jpg', 'a.jpg ', 'a.jpg.', 'CON.jpg', 'nul.x.jpg', 'com1.jpg'],
      `${'é'.repeat(126)}.jpg`,
    ]),
  )('is not written under the name %s', async (_, name) => {
    const before = readdirSync(host.pictures);
    await expect(exportAs(name)).rejects.toMatchObject({ code: 'request-invalid' });
    expect(readdirSync(trip)).toEqual([]);
    expect(readdirSync(host.pictures)).toEqual(before);
  });

  it.each(['bashrc', 'run.sh', 'a.jpg.sh', 'a.png', 'a.heic', 'a.jpg.desktop', 'a.jpgx'])(
    'is not written as %j, which no JPEG is called',
    async (name) => {
      writeFileSync(join(trip, name), 'kept');
      await expect(exportAs(name)).rejects.toMatchObject({ code: 'name-invalid' });
      await expect(exportAs(name, { folder: 'download' })).rejects.toMatchObject({
        code: 'name-invalid',
      });
      expect(readFileSync(join(trip, name), 'utf8')).toBe('kept');
    },
  );

  it('gets a number where the name is taken, unless overwriting was chosen', async () => {
    writeFileSync(join(trip, 'a.jpg'), 'kept');
    expect(await exportAs('a.jpg', { onExist: 'rename' })).toMatchObject({ name: 'a-2.jpg' });
    await expect(exportAs('a.jpg', { onExist: 'error' })).rejects.toMatchObject({
      code: 'output-exists',
    });
    expect(readFileSync(join(trip, 'a.jpg'), 'utf8')).toBe('kept');
    expect(await exportAs('a.jpg')).toMatchObject({ name: 'a.jpg' });
    expect(readFileSync(join(trip, 'a.jpg')).subarray(0, 2)).toEqual(Buffer.from([0xff, 0xd8]));
  });

  it('never overwrites the photo itself or another open one, by whatever name', async () => {
    linkSync(join(host.pictures, 'b9.jpg'), join(trip, 'own.jpg'));
    linkSync(join(host.pictures, 'b10.jpg'), join(trip, 'other.jpg'));
    const before = readFileSync(join(host.pictures, 'b9.jpg'));
    for (const [name, more] of [
      ['own.jpg', {}],
      ['other.jpg', {}],
      ['b9.jpg', { folder: null }],
      ['b10.jpg', { folder: null }],
    ] as const) {
      await expect(exportAs(name, more), name).rejects.toMatchObject({ code: 'output-is-input' });
    }
    for (const name of ['b9.jpg', 'b10.jpg']) {
      expect(readFileSync(join(host.pictures, name))).toEqual(before);
      expect(lstatSync(join(host.pictures, name)).nlink).toBe(2);
    }
    await editor.client.call('closePhoto', { photo: other.photo });
    expect(await exportAs('other.jpg')).toMatchObject({ name: 'other.jpg' });
  });

  it('replaces neither links nor folders', async () => {
    copyFileSync(join(host.pictures, 'b9.jpg'), join(elsewhere, 'target.jpg'));
    symlinkSync(join(elsewhere, 'target.jpg'), join(trip, 'link.jpg'));
    symlinkSync(join(elsewhere, 'nothing.jpg'), join(trip, 'dangling.jpg'));
    mkdirSync(join(trip, 'folder.jpg'));
    for (const name of ['link.jpg', 'dangling.jpg', 'folder.jpg']) {
      await expect(exportAs(name), name).rejects.toMatchObject({ code: 'output-unwritable' });
    }
    expect(lstatSync(join(trip, 'link.jpg')).isSymbolicLink()).toBe(true);
    expect(readdirSync(elsewhere)).toEqual(['target.jpg']);
    const renamed = await exportAs('dangling.jpg', { onExist: 'rename' });
    expect(renamed).toMatchObject({ name: 'dangling-2.jpg' });
    expect(readdirSync(elsewhere)).toEqual(['target.jpg']);
  });

  it.skipIf(process.platform === 'win32')('replaces no pipe', async () => {
    spawnSync('mkfifo', [join(trip, 'pipe.jpg')]);
    await expect(exportAs('pipe.jpg')).rejects.toMatchObject({ code: 'output-unwritable' });
    expect(lstatSync(join(trip, 'pipe.jpg')).isFIFO()).toBe(true);
  });

  it('goes to no folder that has become a link out of the roots, and to no file', async () => {
    renameSync(trip, `${trip}-moved`);
    symlinkSync(elsewhere, trip);
    const before = readdirSync(elsewhere);
    await expect(exportAs('a.jpg')).rejects.toMatchObject({ code: 'file-unreadable' });
    expect(readdirSync(elsewhere)).toEqual(before);
    rmSync(trip);
    renameSync(`${trip}-moved`, trip);
    const [root] = await list(null);
    const file = (await list(root!.ref)).find(({ kind }) => kind === 'photo')!;
    await expect(exportAs('a.jpg', { folder: file.ref })).rejects.toMatchObject({
      code: 'output-unwritable',
    });
  });
});
