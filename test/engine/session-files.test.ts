/** Files that the editor exports equal those that the command line writes. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { restorePhoto } from '../../src/main/app/restore-photo.js';
import { rasterise, type RegionDocument } from '../../src/shared/regions/index.js';
import { makeEngine, makeFolder, makePhoto, restoreTo } from './harness.js';
import { AS_THE_PHOTO, NEVER, settingsOf, TestSessions } from './session-harness.js';
import { cameraJpeg } from '../unit/photos.js';
import { makeTinyPlugin } from './tiny-plugin.js';

const engine = makeEngine();
const sessions = new TestSessions(engine);
let folder: Awaited<ReturnType<typeof makeFolder>>;
let staged: string;
let photo: string;

const WIDTH = 620;
const HEIGHT = 420;

beforeAll(async () => {
  folder = await makeFolder();
  staged = await makeTinyPlugin(folder.path, 'staged');
  photo = await makePhoto(folder.path, WIDTH, HEIGHT);
});
afterAll(async () => {
  await sessions.dispose();
  await engine.close();
  await folder.remove();
});

/** Opens the photo under a new name, without stored tiles, and forgets it afterwards. */
async function withPhoto(id: string, test: () => Promise<void>, path = photo): Promise<void> {
  await sessions.open(id, path);
  try {
    await test();
  } finally {
    await sessions.dispose();
  }
}

describe('exporting', () => {
  it('writes the pixels of the command line: mask, strength, hints, averaged copies', async () => {
    const size = { width: 240, height: 180 };
    const small = await makePhoto(folder.path, size.width, size.height);
    const mask = join(folder.path, 'mask.png');
    const regions: RegionDocument = {
      operations: [
        { kind: 'ellipse', mode: 'add', x: 30, y: 20, w: 160, h: 120 },
        { kind: 'feather', radius: 20 },
      ],
    };
    const whole = { rect: { x: 0, y: 0, w: size.width, h: size.height }, scale: 1 };
    const data = rasterise(regions, size, whole);
    expect(new Set(data).size).toBeGreaterThan(100);
    await sharp(data, { raw: { ...size, channels: 1 } })
      .toColourspace('b-w')
      .png()
      .toFile(mask);
    const rois = [{ x: 10, y: 20, w: 80, h: 130, strength: 0.7 }];
    await withPhoto(
      'p-export',
      async () => {
        for (const selfEnsemble of [false, true]) {
          const spec = settingsOf(staged, { rois, selfEnsemble });
          const { result } = await sessions.finish('p-export', spec);
          const request = { input: small, plugin: staged, skip: false, rois, selfEnsemble };
          const job = await restoreTo(engine, 'masked', { ...request, mask, strength: 0.6 });
          const options = { strength: 0.6, regions };
          const exported = await sessions.exportPixels(
            folder.path,
            'p-export',
            result.restoration,
            options,
          );
          expect(exported.equals(job.pixels)).toBe(true);
        }
      },
      small,
    );
  });

  it('writes the same 16 bits as the command line', async () => {
    const input = join(folder.path, 'deep.png');
    const ramp = new Uint16Array(130 * 90 * 3).map((_, i) => 9000 + ((i * 7) % 40_000));
    await sharp(ramp, { raw: { width: 130, height: 90, channels: 3 } })
      .toColourspace('rgb16')
      .png()
      .toFile(input);
    await withPhoto(
      'p-deep',
      async () => {
        const { result } = await sessions.finish('p-deep', settingsOf(staged));
        const [ours, theirs] = ['ours.png', 'theirs.png'].map((name) => join(folder.path, name));
        const output = {
          ...AS_THE_PHOTO,
          onExist: 'error',
        } as const;
        const call = { photo: 'p-deep', restoration: result.restoration };
        await sessions.export({
          ...call,
          output: { ...output, path: ours! },
        });
        const request = { input, plugin: staged, provider: 'cpu', skip: false } as const;
        await restorePhoto(
          NEVER,
          engine,
          { ...request, output: { path: theirs! } },
          () => undefined,
        );
        const [a, b] = [await readFile(ours!), await readFile(theirs!)];
        expect(a.equals(b)).toBe(true);
        expect((await sharp(a).metadata()).depth).toBe('ushort');
      },
      input,
    );
  });

  it('writes the same file as the command line, with its metadata', async () => {
    const input = await cameraJpeg(folder.path, 6);
    await withPhoto(
      'p-file',
      async () => {
        const { result } = await sessions.finish('p-file', settingsOf(staged));
        const output = {
          format: null,
          quality: null,
          depth: null,
          metadata: 'no-gps',
          onExist: 'error',
        } as const;
        const [ours, theirs] = ['ours.jpg', 'theirs.jpg'].map((name) => join(folder.path, name));
        const call = {
          photo: 'p-file',
          restoration: result.restoration,
          strength: 0.8,
        };
        const { path, bytes } = await sessions.export({
          ...call,
          output: { ...output, path: ours! },
        });
        const request = {
          input,
          plugin: staged,
          provider: 'cpu',
          skip: false,
          strength: 0.8,
        } as const;
        await restorePhoto(NEVER, engine, { ...request, output: { ...output, path: theirs! } });
        const written = await readFile(path);
        expect(written).toHaveLength(bytes);
        expect(written.equals(await readFile(theirs!))).toBe(true);
      },
      input,
    );
  });

  it('refuses to overwrite the photo', () =>
    withPhoto('p-refuse', async () => {
      const output = {
        ...AS_THE_PHOTO,
        onExist: 'overwrite',
      } as const;
      const over = sessions.export({
        ...{ photo: 'p-refuse', restoration: null },
        output: { ...output, path: photo },
      });
      await expect(over).rejects.toMatchObject({ code: 'output-is-input' });
    }));
});
