/** Where edits are stored, and what happens to files that cannot be read or written. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { EditStore, readSidecar, type EditedFile } from '../../../src/main/storage/edits.js';
import { newEdit } from '../../../src/shared/edit/edit.js';
import { MAX_EDIT_BYTES } from '../../../src/shared/edit/limits.js';
import { temporaryFolder } from '../photos.js';
import { edited, onDisk, photo } from './samples.js';
import { said } from '../said.js';

const HASH = 'ab'.repeat(32);

let data: string;
let photos: string;
let edits: EditStore;
let file: EditedFile;
let sidecar: string;

beforeEach(() => {
  const folder = temporaryFolder();
  data = join(folder, 'data');
  photos = join(folder, 'photos');
  mkdirSync(photos);
  edits = new EditStore(data);
  file = { path: join(photos, 'a.jpg'), hash: HASH, hasFolder: true };
  sidecar = `${file.path}.unsmear.json`;
});

/** An edit with a strength of `percent`. */
const edit = (percent: number) => onDisk(edited(newEdit(photo, 0), { strength: percent / 100 }));
const autosaves = (): string[] => readdirSync(join(data, 'autosave'));
const autosave = (): string => join(data, 'autosave', autosaves()[0]!);
const contents = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

/** Files of one moment have no order. */
function makeOlder(path: string): void {
  utimesSync(path, 1000, 1000);
}

describe('an edit', () => {
  it('is saved beside its photo, readable by others, and removes the autosave', async () => {
    await edits.save(file, edit(1), 'autosave');
    await edits.save(file, edit(2), 'sidecar');
    expect(contents(sidecar)).toEqual(edit(2));
    writeFileSync(join(photos, 'usual'), '');
    expect(statSync(sidecar).mode).toBe(statSync(join(photos, 'usual')).mode);
    expect(autosaves()).toEqual([]);
    const loaded = { edit: edit(2), editFrom: 'sidecar', editProblem: null };
    expect(await edits.load(file)).toEqual(loaded);
  });

  it('is loaded from the autosave if that is newer', async () => {
    await edits.save(file, edit(1), 'sidecar');
    makeOlder(sidecar);
    await edits.save(file, edit(2), 'autosave');
    expect(await edits.load(file)).toMatchObject({ edit: edit(2), editFrom: 'autosave' });
  });

  it('is null for a photo without one', async () => {
    expect(await edits.load(file)).toEqual({ edit: null, editFrom: null, editProblem: null });
    expect(await readSidecar(file.path)).toBeNull();
  });

  it('leaves no file but its own, also after many saves', async () => {
    for (let i = 0; i < 5; i++) await edits.save(file, edit(i), 'autosave');
    await edits.save(file, null, 'autosave');
    await edits.save(file, edit(6), 'sidecar');
    expect(readdirSync(photos)).toEqual(['a.jpg.unsmear.json']);
    expect(autosaves()).toEqual([]);
  });

  it('gives batches its current settings', async () => {
    await edits.save(file, edit(40), 'sidecar');
    expect((await readSidecar(file.path))?.settings.strength).toBe(0.4);
  });
});

describe('an edit of a file without a folder of its own', () => {
  it('is saved in the data folder, and found by the same photo under another path', async () => {
    const upload = { ...file, hasFolder: false };
    await edits.save(upload, edit(1), 'autosave');
    await edits.save(upload, edit(2), 'sidecar');
    expect(readdirSync(photos)).toEqual([]);
    expect(autosaves()).toEqual([]);
    const again = { ...upload, path: join(photos, 'other', 'b.jpg') };
    expect(await edits.load(again)).toMatchObject({ edit: edit(2), editFrom: 'sidecar' });
    const another = { ...again, hash: 'cd'.repeat(32) };
    expect(await edits.load(another)).toMatchObject({ edit: null });
  });
});

const UNREADABLE: [string, string][] = [
  ['is not JSON', '{"version":'],
  ['is empty', ''],
  ['is another document', '{"format":"unsmear-preset","version":1}'],
  ['was saved by a newer version', JSON.stringify({ ...edit(1), version: 99 })],
  ['has settings that are out of range', JSON.stringify({ ...edit(1), settings: { strength: 7 } })],
  ['is too large', ' '.repeat(MAX_EDIT_BYTES + 1)],
];

describe.each(UNREADABLE)('a sidecar that %s', (_, text) => {
  beforeEach(() => writeFileSync(sidecar, text));

  it('is reported and not changed', async () => {
    const { edit, editFrom, editProblem } = await edits.load(file);
    expect([edit, editFrom, editProblem?.code]).toEqual([null, 'sidecar', 'edit-invalid']);
    expect(readdirSync(photos)).toEqual(['a.jpg.unsmear.json']);
    expect(readFileSync(sidecar, 'utf8') === text).toBe(true);
  });

  it.each(['after it was loaded', 'without loading it'])(
    'is renamed by saving %s',
    async (when) => {
      if (when === 'after it was loaded') await edits.load(file);
      await edits.save(file, edit(1), 'sidecar');
      await edits.save(file, edit(2), 'sidecar');
      expect(contents(sidecar)).toEqual(edit(2));
      expect(readdirSync(photos)).toEqual(['a.jpg.unsmear.json', 'a.jpg.unsmear.unreadable.json']);
      const aside = join(photos, 'a.jpg.unsmear.unreadable.json');
      expect(readFileSync(aside, 'utf8') === text).toBe(true);
    },
  );

  it('is passed over for an older autosave', async () => {
    await edits.save(file, edit(1), 'autosave');
    makeOlder(autosave());
    expect(await edits.load(file)).toMatchObject({ edit: edit(1), editFrom: 'autosave' });
  });
});

describe('an autosave that cannot be read', () => {
  it.each([
    ['the next autosave', edit(2)],
    ['discarding it', null],
  ])('is renamed by %s, not lost', async (_, next) => {
    await edits.save(file, edit(1), 'autosave');
    writeFileSync(autosave(), 'damaged');
    const later = new EditStore(data);
    expect((await later.load(file)).editProblem?.code).toBe('edit-invalid');
    await later.save(file, next, 'autosave');
    const aside = autosaves().find((name) => name.endsWith('.unreadable.json'))!;
    expect(readFileSync(join(data, 'autosave', aside), 'utf8')).toBe('damaged');
    expect(autosaves()).toHaveLength(next === null ? 1 : 2);
  });

  it('is renamed when the sidecar is saved', async () => {
    await edits.save(file, edit(1), 'autosave');
    writeFileSync(autosave(), 'damaged');
    await new EditStore(data).save(file, edit(2), 'sidecar');
    expect(autosaves()).toEqual([expect.stringMatching(/\.unreadable\.json$/)]);
  });
});

it('reports a folder in the place of a sidecar', async () => {
  mkdirSync(sidecar);
  expect(await edits.load(file)).toMatchObject({ edit: null, editFrom: 'sidecar' });
  expect((await edits.load(file)).editProblem).not.toBeNull();
});

describe('an edit that cannot be written', () => {
  it('says what to do about the photo\u2019s folder, and makes none', async () => {
    rmSync(photos, { recursive: true });
    const failed = edits.save(file, edit(1), 'sidecar');
    expect(await said(failed)).toMatchObject({
      code: 'edit-unsaved',
      message: expect.stringContaining('does not exist') as string,
      hint: expect.stringMatching(/photo's folder.*keeps the edit/) as string,
    });
    expect(existsSync(photos)).toBe(false);
  });

  it('says what to do about the data folder', async () => {
    writeFileSync(data, 'in the way');
    expect(await said(edits.save(file, edit(1), 'autosave'))).toMatchObject({
      code: 'edit-unsaved',
      hint: expect.stringContaining('data folder') as string,
    });
  });

  it('is refused if it could not be read again, and leaves the saved one', async () => {
    await edits.save(file, edit(1), 'sidecar');
    const failed = edits.save(file, 'x'.repeat(MAX_EDIT_BYTES), 'sidecar');
    await expect(failed).rejects.toMatchObject({ code: 'edit-invalid' });
    expect(contents(sidecar)).toEqual(edit(1));
  });
});
