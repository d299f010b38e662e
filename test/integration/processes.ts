/** Finds the engines of a command, and makes work that lasts long enough to interrupt. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { pause } from './command.js';

/** Returns the numbers of the engine processes that work with this data folder (Linux). */
export function enginesOf(dataFolder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const read = (name: string) => readFileSync(`/proc/${pid}/${name}`, 'utf8').split('\0');
        const isEngine = read('cmdline').some((argument) => argument.endsWith('/engine.js'));
        return isEngine && read('environ').includes(`UNSMEAR_DATA_DIR=${dataFolder}`);
      } catch {
        // The process has ended, or belongs to another user.
        return false;
      }
    });
}

/** Waits until `condition` holds; throws after `seconds`. */
export async function until(condition: () => boolean, what: string, seconds = 30): Promise<void> {
  for (let i = 0; i < seconds * 40; i++) {
    if (condition()) return;
    await pause(25);
  }
  throw new Error(`Not within ${seconds} s: ${what}.`);
}

/** Writes a photo of pure noise, which compresses slowly; the same every time. */
export async function makeNoise(folder: string, width: number, height: number): Promise<string> {
  const data = Buffer.alloc(width * height * 3);
  let state = 1;
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    data[i] = state >>> 24;
  }
  const path = join(folder, `noise-${width}x${height}.tif`);
  await sharp(data, { raw: { width, height, channels: 3 } })
    .tiff({ compression: 'none' })
    .toFile(path);
  return path;
}
