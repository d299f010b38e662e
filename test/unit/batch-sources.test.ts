/** Masks and hints of a batch from saved edits: limits and cancellation. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { steeringFor } from '../../src/main/batch/sources.js';
import { openPhoto, type OpenedPhoto } from '../../src/main/imaging/index.js';
import type { BatchSettings } from '../../src/shared/contracts/batch.js';
import { makePipe, sidecarOf } from './hostile.js';
import { temporaryFolder } from './photos.js';
import { said } from './said.js';

const folder = temporaryFolder();
const scratch = join(folder, 'scratch');
const settings = { masks: null, sidecars: true } as BatchSettings;
const never = new AbortController().signal;
const SIZE = { width: 2000, height: 1500 };
const points = Array.from({ length: 2000 }, (_, i) => [1000 + (i % 9), 750]);
/** A stroke within the limits that takes half a minute to draw. */
const dense = { kind: 'stroke', mode: 'add', size: 20_000, hardness: 0.5, flow: 1, points };
let photo: OpenedPhoto;
let sidecar: string;

beforeAll(async () => {
  mkdirSync(scratch);
  const path = join(folder, 'photo.png');
  await sharp({ create: { ...SIZE, channels: 3, background: 'grey' } })
    .png()
    .toFile(path);
  photo = await openPhoto(path);
  sidecar = `${path}.unsmear.json`;
});

describe('the mask of a saved edit', () => {
  it('is written at the size of the photo', async () => {
    const left = { kind: 'rectangle', mode: 'add', x: 0, y: 0, w: 1000, h: 1500 };
    writeFileSync(sidecar, sidecarOf([left], SIZE));
    const { mask } = await steeringFor(never, settings, photo, scratch);
    const { data, info } = await sharp(mask!).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, data[0], data[1000 * info.channels]]).toEqual([
      2000, 1500, 255, 0,
    ]);
  });

  it('can be cancelled while it is drawn', { timeout: 10_000 }, async () => {
    writeFileSync(sidecar, sidecarOf([dense], SIZE));
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 200);
    await expect(steeringFor(controller.signal, settings, photo, scratch)).rejects.toMatchObject({
      code: 'cancelled',
    });
  });
});

describe('a saved edit that cannot be used', () => {
  it.each([
    [
      'would take too long to draw',
      sidecarOf(
        [{ ...dense, size: 1e6, points: Array.from({ length: 50_000 }, () => [9, 9]) }],
        SIZE,
      ),
      /mask would take too long to draw/,
    ],
    ['is nested too deep', '['.repeat(1_000_000), /damaged/],
    ['is larger than 32 MB', ' '.repeat(33 << 20), /larger than 32 MB/],
    ['is no JSON', '{', /does not contain an edit/],
  ])('since it %s fails its photo and stays as it is', async (_, text, reason) => {
    writeFileSync(sidecar, text);
    expect(await said(steeringFor(never, settings, photo, scratch))).toMatchObject({
      code: 'edit-invalid',
      message: expect.stringMatching(reason) as string,
    });
    expect(readFileSync(sidecar, 'utf8') === text).toBe(true);
  });

  it.skipIf(process.platform === 'win32')('since it is a named pipe is never opened', async () => {
    const path = join(folder, 'piped.png');
    await sharp({ create: { width: 8, height: 8, channels: 3, background: 'grey' } })
      .png()
      .toFile(path);
    makePipe(`${path}.unsmear.json`);
    expect(await said(steeringFor(never, settings, await openPhoto(path), scratch))).toMatchObject({
      code: 'edit-invalid',
      message: expect.stringMatching(/a named pipe\.$/) as string,
    });
  });
});
