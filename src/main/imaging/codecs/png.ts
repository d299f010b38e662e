/** Writes plain 8-bit PNG files: stages and diagnostic maps. */
import { writeAtomically } from '../../storage/atomic.js';
import { sharp } from './sharp.js';

export function writeGrayPng(
  path: string,
  width: number,
  height: number,
  data: Uint8Array,
): Promise<string> {
  return writePng(path, width, height, data, 1);
}

export function writeRgbPng(
  path: string,
  width: number,
  height: number,
  data: Uint8Array,
): Promise<string> {
  return writePng(path, width, height, data, 3);
}

export function writeRgbaPng(
  path: string,
  width: number,
  height: number,
  data: Uint8Array,
): Promise<string> {
  return writePng(path, width, height, data, 4);
}

function writePng(
  path: string,
  width: number,
  height: number,
  data: Uint8Array,
  channels: 1 | 3 | 4,
): Promise<string> {
  return writeAtomically(path, 'overwrite', async (file) => {
    const image = sharp(data, { raw: { width, height, channels }, limitInputPixels: false });
    await (channels === 1 ? image.toColourspace('b-w') : image)
      .png({ compressionLevel: 6 })
      .toFile(file);
    return file;
  });
}
