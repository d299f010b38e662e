/** Where edits are kept, and what becomes of what cannot be read or written. */
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
import { EditStore, type EditedFile } from '../../src/main/app/edits.js';
import { temporaryFolder } from './photos.js';

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

const autosaves = (): string[] => readdirSync(join(data, 'autosave'));

/** Files of one moment have no order. */
function makeOlder(path: string): void {
  utimesSync(path, 1000, 1000);
}

describe('an edit', () => {
  it('is saved beside its photo, for others to read too, and the autosave goes', async () => {
    await edits.save(file, { step: 1 }, 'autosave');
    await edits.save(file, { step: 2 }, 'sidecar');
    expect(JSON.parse(readFileSync(sidecar, 'utf8'))).toEqual({ step: 2 });
    writeFileSync(join(photos, 'usual'), '');
    expect(statSync(sidecar).mode).toBe(statSync(join(photos, 'usual')).mode);
    expect(autosaves()).toEqual([]);
    expect(await edits.load(file)).toEqual({
      ...{ edit: { step: 2 }, editFrom: 'sidecar', editProblem: null },
    });
  });

  it('of the autosave counts when it is the newer one', async () => {
    await edits.save(file, { step: 1 }, 'sidecar');
    makeOlder(sidecar);
    await edits.save(file, { step: 2 }, 'autosave');
    expect(await edits.load(file)).toMatchObject({ edit: { step: 2 }, editFrom: 'autosave' });
  });

  it('that there is none of is no problem', async () => {
    expect(await edits.load(file)).toEqual({ edit: null, editFrom: null, editProblem: null });
  });
});

describe('an edit of a file without a folder of its own', () => {
  it('is saved in the data folder, and found by the same photo under another path', async () => {
    const upload = { ...file, hasFolder: false };
    await edits.save(upload, { step: 1 }, 'autosave');
    await edits.save(upload, { step: 2 }, 'sidecar');
    expect(readdirSync(photos)).toEqual([]);
    expect(autosaves()).toEqual([]);
    const again = { ...upload, path: join(photos, 'other', 'b.jpg') };
    expect(await edits.load(again)).toMatchObject({ edit: { step: 2 }, editFrom: 'sidecar' });
    const another = { ...again, hash: 'cd'.repeat(32) };
    expect(await edits.load(another)).toMatchObject({ edit: null });
  });
});

describe('a sidecar that cannot be read', () => {
  it.each([
    ['no JSON', '{"version":'],
    ['nothing', ''],
  ])('is told and not touched: %s', async (_, text) => {
    writeFileSync(sidecar, text);
    const { edit, editFrom, editProblem } = await edits.load(file);
    expect([edit, editFrom, editProblem?.code]).toEqual([null, 'sidecar', 'edit-invalid']);
    expect(readdirSync(photos)).toEqual(['a.jpg.unsmear.json']);
    expect(readFileSync(sidecar, 'utf8')).toBe(text);
  });

  it('is told too when it is a folder', async () => {
    mkdirSync(sidecar);
    expect(await edits.load(file)).toMatchObject({ edit: null, editFrom: 'sidecar' });
    expect((await edits.load(file)).editProblem).not.toBeNull();
  });

  it('is passed over for an older autosave', async () => {
    await edits.save(file, { step: 1 }, 'autosave');
    makeOlder(join(data, 'autosave', autosaves()[0]!));
    writeFileSync(sidecar, 'no edit');
    expect(await edits.load(file)).toMatchObject({ edit: { step: 1 }, editFrom: 'autosave' });
  });
});

describe('an edit that cannot be written', () => {
  it('says what to do about the photo\u2019s folder, and makes none anew', async () => {
    rmSync(photos, { recursive: true });
    const failed = edits.save(file, { step: 1 }, 'sidecar');
    await expect(failed).rejects.toMatchObject({ code: 'output-unwritable' });
    await expect(failed).rejects.toMatchObject({
      hint: expect.stringMatching(/photo's folder.*autosave/) as string,
    });
    expect(existsSync(photos)).toBe(false);
  });

  it('says what to do about the data folder', async () => {
    writeFileSync(data, 'in the way');
    await expect(edits.save(file, { step: 1 }, 'autosave')).rejects.toMatchObject({
      code: 'output-unwritable',
      hint: expect.stringContaining('data folder') as string,
    });
  });

  it('is refused when it has more than 16 MB, not because of a large imported mask', async () => {
    const large = 'x'.repeat(8 << 20);
    await edits.save(file, large, 'sidecar');
    expect(JSON.parse(readFileSync(sidecar, 'utf8'))).toBe(large);
    const failed = edits.save(file, 'x'.repeat(17 << 20), 'sidecar');
    await expect(failed).rejects.toMatchObject({ code: 'option-invalid' });
  });
});
