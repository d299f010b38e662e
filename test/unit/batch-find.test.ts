/** Turns files, folders and patterns into a list of photos. */
import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { findPhotos, isMask, type FindOptions } from '../../src/main/batch/find.js';
import { temporaryFolder } from './photos.js';

const never = new AbortController().signal;
let folder: string;

beforeEach(() => {
  folder = temporaryFolder();
  const files = [
    'img10.jpg',
    'img2.JPG',
    'notes.txt',
    '.hidden.jpg',
    'sub/deep/a.png',
    'sub/b.tif',
  ];
  for (const [i, name] of [...files, 'out/img2.deblurred.jpg', 'odd [1].webp'].entries()) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, 'x'.repeat(10 * (i + 1)));
    utimesSync(path, 1_000_000 - i, 1_000_000 - i);
  }
});

async function names(given: string[], options: Partial<FindOptions> = {}): Promise<string[]> {
  const found = await findPhotos(never, given, {
    ...{
      recursive: false,
      order: 'name',
      except: join(folder, 'out'),
      masks: null,
      results: new Map(),
    },
    ...options,
  });
  return found.photos.map(({ input }) => relative(folder, input).replaceAll('\\', '/'));
}

describe('finding photos', () => {
  it('lists the photos of a folder in natural order', async () => {
    expect(await names([folder])).toEqual(['img2.JPG', 'img10.jpg', 'odd [1].webp']);
  });

  it('enters subfolders if asked to, but not the folder of the results', async () => {
    expect(await names([folder], { recursive: true })).toEqual([
      ...['img2.JPG', 'img10.jpg', 'odd [1].webp', 'sub/b.tif', 'sub/deep/a.png'],
    ]);
    expect(await names([join(folder, 'out')], { recursive: true })).toEqual([
      'out/img2.deblurred.jpg',
    ]);
  });

  it('records the subfolder, so that results can keep the structure', async () => {
    const { photos } = await findPhotos(never, [folder], {
      ...{ recursive: true, order: 'name', except: null, masks: null, results: new Map() },
    });
    const deep = photos.find(({ input }) => input.endsWith('a.png'));
    expect(deep?.within.replaceAll('\\', '/')).toBe('sub/deep');
  });

  it('expands patterns', async () => {
    expect(await names([join(folder, '**/*.{png,tif}')])).toEqual(['sub/b.tif', 'sub/deep/a.png']);
    const { photos } = await findPhotos(never, [join(folder, 'sub/**/*.png')], {
      ...{ recursive: false, order: 'name', except: null, masks: null, results: new Map() },
    });
    expect(photos[0]?.within).toBe('deep');
  });

  it('prefers an existing file to a pattern of the same spelling', async () => {
    expect(await names([join(folder, 'odd [1].webp')])).toEqual(['odd [1].webp']);
  });

  it('accepts named files with any extension and reports missing ones', async () => {
    expect(await names([join(folder, 'notes.txt')])).toEqual(['notes.txt']);
    const { photos, missing } = await findPhotos(
      never,
      [join(folder, 'no.jpg'), join(folder, '*.gif'), join(folder, 'img2.JPG')],
      { recursive: false, order: 'given', except: null, masks: null, results: new Map() },
    );
    expect(photos).toHaveLength(1);
    expect(missing.map(({ error }) => error.code)).toEqual(['file-missing', 'file-missing']);
  });

  it('skips masks and results unless they are named', async () => {
    const [mask, result] = [join(folder, 'img2.mask.png'), join(folder, 'img10.deblurred.jpg')];
    for (const path of [mask, result, join(folder, 'other.mask.png')]) writeFileSync(path, 'x');
    const results = new Map([[result, join(folder, 'img10.jpg')]]);
    const options = { masks: '{stem}.mask.png', results };
    // The other mask has no photo.
    const photos = ['img2.JPG', 'img10.jpg', 'odd [1].webp', 'other.mask.png'];
    expect(await names([folder], options)).toEqual(photos);
    expect(await names([mask, folder], { ...options, order: 'given' })).toEqual([
      'img2.mask.png',
      ...(await names([folder], { ...options, order: 'given' })),
    ]);
    // Results without their photos are photos.
    expect(await names([join(folder, '*.deblurred.jpg')], options)).toEqual([
      'img10.deblurred.jpg',
    ]);
    expect(await isMask(mask, options.masks)).toBe(true);
    expect(await isMask(join(folder, 'other.mask.png'), options.masks)).toBe(false);
  });

  it('lists a photo once even if several inputs lead to it', async () => {
    symlinkSync(join(folder, 'img2.JPG'), join(folder, 'linked.jpg'));
    const given = [join(folder, 'img2.JPG'), folder, join(folder, '*.JPG')];
    expect(await names(given, { order: 'given' })).toEqual([
      'img2.JPG',
      'img10.jpg',
      'odd [1].webp',
    ]);
  });

  it.each([
    ['oldest', 'odd [1].webp'],
    ['newest', 'img10.jpg'],
    ['smallest', 'img10.jpg'],
    ['largest', 'odd [1].webp'],
  ] as const)('puts the %s first', async (order, first) => {
    expect((await names([folder], { order }))[0]).toBe(first);
  });
});
