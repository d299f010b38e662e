/** Makes the calls for an open photo over the real engine: open, restore, view, export, save. */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Downloads } from '../../src/main/app/downloads.js';
import { onDisk, strokeThrough, withStrokes } from '../unit/edit/samples.js';
import { EditStore } from '../../src/main/storage/edits.js';
import { FileReferences } from '../../src/main/app/files.js';
import { Photos } from '../../src/main/app/photos.js';
import { PluginRegistry } from '../../src/main/plugins/registry.js';
import { PrivateFolder } from '../../src/main/storage/private-folder.js';
import { RecentFiles } from '../../src/main/app/recents.js';
import { SettingsStore } from '../../src/main/app/settings.js';
import type { RegionDocument } from '../../src/shared/regions/index.js';
import { EventHub } from '../../src/main/app/service.js';
import { ResultSettings, type OpenedPhoto } from '../../src/shared/protocol/calls.js';
import { EVERYWHERE } from '../../src/shared/regions/index.js';
import type { AppEvent } from '../../src/shared/protocol/events.js';
import { makeEngine, makeFolder, makeDetail, readPixels } from '../engine/harness.js';

const SIGNAL = new AbortController().signal;
const SETTINGS = ResultSettings.parse({ provider: 'cpu', skip: false });
const BOX = { x: 40, y: 30, w: 60, h: 50 };
/** The only restored rectangle. */
const REGIONS: RegionDocument = {
  operations: [{ kind: 'rectangle', mode: 'add', ...BOX }],
};

const engine = makeEngine();
const hub = new EventHub();
let folder: Awaited<ReturnType<typeof makeFolder>>;
let photos: Photos;
let transfers: PrivateFolder;
let path: string;
let opened: OpenedPhoto;
let result: string;

beforeAll(async () => {
  folder = await makeFolder();
  const data = join(folder.path, 'data');
  await mkdir(data);
  transfers = new PrivateFolder(join(data, 'transfers'));
  const files = new FileReferences(() => Promise.resolve([]));
  photos = new Photos({
    ...{ engine, files, hub },
    recents: new RecentFiles(join(data, 'recent.json')),
    downloads: new Downloads(transfers),
    edits: new EditStore(data),
    settings: new SettingsStore(join(data, 'settings.json')),
    plugins: new PluginRegistry(),
    isPrivate: (file) => transfers.holds(file),
    cache: join(data, 'cache'),
  });
  path = await makeDetail(folder.path, 230, 170);
  const { ref } = await files.admit(path);
  opened = await photos.calls.openPhoto(SIGNAL, { file: ref });
});
afterAll(async () => {
  await photos.close();
  await engine.close();
  await transfers.close();
  await folder.remove();
});

async function pixelsOf(kind: 'original' | 'result', version = 0) {
  const cell = { photo: opened.photo, level: 0, column: 0, row: 0 };
  const address =
    kind === 'original'
      ? ({ kind, ...cell } as const)
      : ({ kind, ...cell, result, stage: 0, version } as const);
  const { body } = await photos.pixels(SIGNAL, address);
  return sharp(body).raw().toBuffer({ resolveWithObject: true });
}

function exportTo(name: string) {
  return photos.calls.exportPhoto(SIGNAL, {
    ...{ photo: opened.photo, result, stage: 0, strength: 1, regions: REGIONS },
    output: {
      ...{ folder: null, name, format: 'png', quality: null },
      ...{ depth: null, metadata: 'all', onExist: 'error' },
    },
  });
}

describe('an open photo', () => {
  it('is described and shown', async () => {
    expect(opened).toMatchObject({ name: 'detail-230x170.png', width: 230, height: 170 });
    expect(opened.edit).toBeNull();
    const { info } = await pixelsOf('original');
    expect([info.width, info.height]).toEqual([230, 170]);
  });

  it('is restored stage by stage', async () => {
    const events: AppEvent[] = [];
    const finished = new Promise<void>((resolve) => {
      hub.onEvent((event) => {
        events.push(event);
        if (event.type === 'result' && event.event.type === 'finished') resolve();
      });
    });
    const { photo } = opened;
    const started = await photos.calls.startResult(SIGNAL, {
      ...{ photo, settings: SETTINGS, regions: EVERYWHERE, view: null },
    });
    result = started.result;
    expect(started.complete).toBe(false);
    await finished;
    const stages = events.flatMap((event) =>
      event.type === 'result' && event.event.type === 'stage' ? [event.event.stage] : [],
    );
    expect(stages).toEqual(started.stages.map((_, i) => i + 1));
    const [before, after] = [await pixelsOf('original'), await pixelsOf('result', stages.length)];
    const differences = after.data.filter((value, i) => value !== before.data[i]);
    expect(differences.length).toBeGreaterThan(1000);
    const again = await photos.calls.findResult(SIGNAL, {
      ...{ photo, settings: SETTINGS, regions: EVERYWHERE },
    });
    expect(again).toMatchObject({ result, complete: true });
  });

  it('finds a result without starting it', async () => {
    const { photo } = opened;
    const ask = (settings: typeof SETTINGS) =>
      photos.calls.findResult(SIGNAL, { photo, settings, regions: EVERYWHERE });
    const heard: AppEvent[] = [];
    // How blurred the photo is may be told at any time.
    const stop = hub.onEvent((event) => event.type === 'result' && heard.push(event));
    expect(await ask(SETTINGS)).toMatchObject({ result, complete: true });
    const other = await ask({ ...SETTINGS, selfEnsemble: true });
    expect(other.complete).toBe(false);
    // Events of the other result, had it begun, would come before the answer to a later call.
    expect(await ask(SETTINGS)).toMatchObject({ result, complete: true });
    expect(heard).toEqual([]);
    stop();
  });

  it('is exported with its regions: outside them no pixel changes', async () => {
    const report = await exportTo('out.png');
    expect(report).toMatchObject({ name: 'out.png', download: null });
    const before = (await readPixels(path)).data;
    const after = (await readPixels(join(folder.path, 'out.png'))).data;
    let changed = 0;
    after.forEach((value, i) => {
      if (value === before[i]) return;
      changed++;
      const x = Math.floor(i / 3) % 230;
      const y = Math.floor(i / 3 / 230);
      expect(x >= 40 && x < 100 && y >= 30 && y < 80).toBe(true);
    });
    expect(changed).toBeGreaterThan(1000);
    await expect(exportTo('out.png')).rejects.toMatchObject({ code: 'output-exists' });
  });

  it('is exported as a download if requested', async () => {
    const report = await photos.calls.exportPhoto(SIGNAL, {
      ...{ photo: opened.photo, result, stage: 0, strength: 1, regions: REGIONS },
      output: {
        ...{ folder: 'download', name: 'down.png', format: 'png', quality: null },
        ...{ depth: null, metadata: 'all', onExist: 'error' },
      },
    });
    expect(report).toMatchObject({ name: 'down.png', file: null });
    expect(report.download).toMatch(/^download\/[0-9a-f]{32}$/);
    await expect(readFile(join(folder.path, 'down.png'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('opens with the newer of sidecar and autosave', async () => {
    const { photo } = opened;
    const save = (edit: unknown, to: 'autosave' | 'sidecar') =>
      photos.calls.saveEdit(SIGNAL, { photo, edit, to });
    const edit = onDisk(withStrokes(2, (i) => strokeThrough([i, i])));
    await save(onDisk(withStrokes(1, (i) => strokeThrough([i, i]))), 'autosave');
    await save(edit, 'sidecar');
    expect(JSON.parse(await readFile(`${path}.unsmear.json`, 'utf8'))).toEqual(edit);
    const loaded = await new EditStore(join(folder.path, 'data')).load({ path, ...opened });
    expect(loaded).toEqual({ edit, editFrom: 'sidecar', editProblem: null });
  });

  it('is refused after it was closed', async () => {
    await photos.calls.closePhoto(SIGNAL, { photo: opened.photo });
    await expect(pixelsOf('original')).rejects.toMatchObject({ code: 'photo-not-open' });
  });
});
