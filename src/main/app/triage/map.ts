/** Draws the blur map of a photo: each patch's score in grey, at the photo's size. */
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UnsmearError } from '../../../shared/core/errors.js';
import { GreyPng } from '../../../shared/core/grey-png.js';
import type { PhotoBlur } from '../../../shared/contracts/triage.js';
import { writeAtomically } from '../../storage/atomic.js';

/** Returns grey pixels (white = certainly blurred), where each patch fills its cell. */
export function blurMap({
  width,
  height,
  columns,
  rows,
  patches,
}: PhotoBlur): readonly Uint8Array[] {
  const png = new GreyPng(width, height);
  const line = new Uint8Array(width);
  let shown = -1;
  for (let y = 0; y < height; y++) {
    const row = Math.floor((y * rows) / height);
    if (row !== shown) {
      for (let x = 0; x < width; x++) {
        const column = Math.floor((x * columns) / width);
        line[x] = Math.round(255 * patches[row * columns + column]!.score);
      }
      shown = row;
    }
    png.add(line);
  }
  return png.finish();
}

/** Writes `<photo>.blur.png` into the photo's subfolder of `folder`; returns the path. */
export async function writeBlurMap(
  folder: string,
  { input, within }: { readonly input: string; readonly within: string },
  blur: PhotoBlur,
): Promise<string> {
  // Contains the photo's extension, because a.jpg and a.png may be in one folder.
  const path = join(folder, within, `${basename(input)}.blur.png`);
  await mkdir(dirname(path), { recursive: true }).catch((cause: unknown) => {
    throw new UnsmearError(
      'output-unwritable',
      { reason: 'folder-unmakeable', folder: dirname(path) },
      { cause },
    );
  });
  return writeAtomically(path, 'overwrite', async (file) => {
    await writeFile(file, Buffer.concat(blurMap(blur)));
    return file;
  });
}
