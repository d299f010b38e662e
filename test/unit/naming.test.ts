/** Names of results, and the remaining time in words. */
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { outputPath } from '../../src/main/app/naming.js';
import { describeSeconds } from '../../src/main/cli/console.js';
import { exitCode } from '../../src/main/cli/exit.js';

const beside = { file: null, folder: null, format: null };
const folder = resolve('/photos');

describe('a result', () => {
  it.each([
    ['a.jpg', 'jpeg', beside, 'a.deblurred.jpg'],
    ['a.JPEG', 'jpeg', beside, 'a.deblurred.JPEG'],
    ['a.b.tif', 'tiff', beside, 'a.b.deblurred.tif'],
    ['no-extension', 'png', beside, 'no-extension.deblurred.png'],
    ['IMG.1234', 'jpeg', beside, 'IMG.1234.deblurred.jpg'],
    // The content decides, not the extension.
    ['really-png.jpg', 'png', beside, 'really-png.deblurred.png'],
    ['a.jpg', 'jpeg', { ...beside, format: 'png' }, 'a.deblurred.png'],
    ['a.tiff', 'tiff', { ...beside, format: 'tiff' }, 'a.deblurred.tiff'],
  ] as const)('of %s (%s) is named after it', (input, content, destination, name) => {
    expect(outputPath(join(folder, input), content, destination)).toBe(join(folder, name));
  });

  it('follows the output file or folder of the options', () => {
    const input = join(folder, 'a.jpg');
    const elsewhere = resolve('/elsewhere');
    expect(outputPath(input, 'jpeg', { ...beside, folder: elsewhere })).toBe(
      join(elsewhere, 'a.deblurred.jpg'),
    );
    expect(outputPath(input, 'jpeg', { ...beside, file: join(elsewhere, 'x.png') })).toBe(
      join(elsewhere, 'x.png'),
    );
  });
});

it.each([
  [{ done: 2, errors: [], interrupted: false }, 0],
  [{ done: 1, errors: [{ code: 'image-broken' }], interrupted: false }, 3],
  [{ done: 0, errors: [{ code: 'image-broken' }], interrupted: false }, 4],
  [{ done: 0, errors: [{ code: 'engine-missing' }], interrupted: false }, 5],
  [{ done: 1, errors: [], interrupted: true }, 130],
] as const)('%j ends with %i', (counts, code) => {
  expect(exitCode(counts)).toBe(code);
});

it('describes the time left in words', () => {
  expect([null, 0.2, 89, 200].map(describeSeconds)).toEqual([
    '',
    '1 s left',
    '89 s left',
    '4 min left',
  ]);
});
