import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeEngine, makeFolder, makePhoto, readPixels } from './harness.js';
import { AS_THE_PHOTO, settingsOf, stagesOf, TestSessions } from './session-harness.js';
import { makeTinyPlugin } from './tiny-plugin.js';

const engine = makeEngine();
const sessions = new TestSessions(engine);
let folder: Awaited<ReturnType<typeof makeFolder>>;

beforeAll(async () => {
  folder = await makeFolder();
});
afterAll(async () => {
  await sessions.dispose();
  await engine.close();
  await folder.remove();
});

async function fetchTile(
  id: string,
  level: number,
  column = 0,
  row = 0,
  result: string | null = null,
) {
  const call = { restoration: result, level, column, row };
  const { bytes, type } = await sessions.tile(id, call);
  const { data, info } = await sharp(bytes, { ignoreIcc: true })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { icc, chromaSubsampling } = await sharp(bytes).metadata();
  return { data, info, type, icc, chromaSubsampling };
}

async function patch(name: string, colour: readonly number[], profile?: string): Promise<string> {
  const pixels = Buffer.alloc(64 * 64 * 3);
  for (let i = 0; i < pixels.length; i++) pixels[i] = colour[i % 3]!;
  const path = join(folder.path, name);
  const image = sharp(pixels, { raw: { width: 64, height: 64, channels: 3 } });
  if (profile === undefined) await image.png().toFile(path);
  else {
    // Keeps the samples and changes their meaning, by the profile of a converted picture.
    const converted = await image
      .clone()
      .withIccProfile(profile)
      .tiff({ compression: 'none' })
      .toBuffer();
    const { data } = await image.raw().toBuffer({ resolveWithObject: true });
    const at = converted.indexOf(
      (await sharp(converted, { ignoreIcc: true }).raw().toBuffer()).subarray(0, 300),
    );
    data.copy(converted, at);
    await sharp(converted).keepIccProfile().png().toFile(path);
  }
  return path;
}

describe('tiles of the pyramid', () => {
  it('are converted from sRGB to Display P3, to values computed by hand', async () => {
    // sRGB (200, 100, 50), by the transfer curve and the matrix of the two primaries: (187.1,
    // 105.4, 62.0).
    await sessions.open('p-srgb', await patch('srgb.png', [200, 100, 50]));
    const { data, icc, type } = await fetchTile('p-srgb', 0);
    expect(type).toBe('image/png');
    expect([...data.subarray(0, 3)]).toEqual([187, 105, 62]);
    expect(icc?.toString('latin1')).toMatch(/P.?3/);
    await sessions.close('p-srgb');
  });

  it('keep the values of a photo in Display P3, also outside of sRGB', async () => {
    const path = await patch('p3.png', [255, 10, 0], 'p3');
    expect([...(await readPixels(path)).data.subarray(0, 3)]).not.toEqual([0, 0, 0]);
    const { profile } = await sessions.open('p-p3', path);
    expect(profile).toBe((await sessions.open('p-p3b', path)).profile);
    const { data } = await fetchTile('p-p3', 0);
    expect([...data.subarray(0, 3)]).toEqual([255, 10, 0]);
    for (const id of ['p-p3', 'p-p3b']) await sessions.close(id);
  });

  it('are means of 2 × 2 pixels of the level below, cut at 512 pixels', async () => {
    const path = await makePhoto(folder.path, 1301, 700);
    const photo = await sessions.open('p-levels', path);
    expect(photo).toMatchObject({
      width: 1301,
      height: 700,
      levels: 3,
      format: 'png',
      profile: null,
    });
    const last = await fetchTile('p-levels', 0, 2, 1);
    expect([last.info.width, last.info.height]).toEqual([1301 - 1024, 700 - 512]);
    const half = await fetchTile('p-levels', 1, 1, 0);
    expect([half.info.width, half.info.height, half.type]).toEqual([651 - 512, 350, 'image/jpeg']);
    expect(half.chromaSubsampling).toBe('4:4:4');
    const smallest = await fetchTile('p-levels', 2);
    expect([smallest.info.width, smallest.info.height]).toEqual([326, 175]);
    // JPEG and the conversion to P3 change little; a shift by one pixel or a wrong filter would
    // change much.
    const { data } = await sharp(path)
      .withIccProfile('p3')
      .raw()
      .toBuffer({ resolveWithObject: true });
    let worst = 0;
    for (let y = 20; y < 60; y++) {
      for (let x = 20; x < 60; x++) {
        let sum = 0;
        for (let dy = 0; dy < 4; dy++) {
          for (let dx = 0; dx < 4; dx++) sum += data[((4 * y + dy) * 1301 + 4 * x + dx) * 3 + 1]!;
        }
        worst = Math.max(worst, Math.abs(sum / 16 - smallest.data[(y * 326 + x) * 3 + 1]!));
      }
    }
    expect(worst).toBeLessThanOrEqual(8);
    await expect(fetchTile('p-levels', 3)).rejects.toMatchObject({ code: 'result-missing' });
    await expect(fetchTile('p-levels', 2, 1)).rejects.toMatchObject({ code: 'result-missing' });
    await sessions.close('p-levels');
  });

  it('show the restored tiles at every level', async () => {
    const path = await makePhoto(folder.path, 1300, 701);
    const plugin = await makeTinyPlugin(folder.path, 'single');
    await sessions.open('p-grow', path);
    const asked: Promise<unknown>[] = [];
    const { result } = await sessions.finish('p-grow', settingsOf(plugin), null, (event) => {
      const { restoration: name } = sessions.emitted.at(-1)!;
      // Requested during the run, so that parts of it are updated.
      if (event.type === 'stage' && event.version % 9 === 0)
        asked.push(fetchTile('p-grow', 2, 0, 0, name));
    });
    await Promise.all(asked);
    expect(asked.length).toBeGreaterThan(3);
    const grown = await fetchTile('p-grow', 2, 0, 0, result.restoration);
    const output = {
      ...AS_THE_PHOTO,
      onExist: 'overwrite',
    } as const;
    const whole = join(folder.path, 'whole.png');
    await sessions.export({
      ...{ photo: 'p-grow', restoration: result.restoration },
      output: { ...output, path: whole },
    });
    await sessions.open('p-whole', whole);
    const expected = await fetchTile('p-whole', 2);
    expect(grown.data.equals(expected.data)).toBe(true);
    expect(grown.data.equals((await fetchTile('p-grow', 2)).data)).toBe(false);
    for (const id of ['p-grow', 'p-whole']) await sessions.close(id);
  });

  it('show transparent photos on white', async () => {
    const path = join(folder.path, 'clear.png');
    const background = { r: 10, g: 20, b: 30, alpha: 0 };
    await sharp({ create: { width: 40, height: 40, channels: 4, background } })
      .png()
      .toFile(path);
    await sessions.open('p-clear', path);
    expect([...(await fetchTile('p-clear', 0)).data.subarray(0, 3)]).toEqual([255, 255, 255]);
    await sessions.close('p-clear');
  });
});

describe('maps', () => {
  it('cover the whole photo', async () => {
    const path = await makePhoto(folder.path, 300, 200);
    const plugin = await makeTinyPlugin(folder.path, 'staged');
    await sessions.open('p-maps', path);
    const { result, last } = await sessions.finish('p-maps', settingsOf(plugin));
    expect([...result.maps].sort()).toEqual(['attention', 'difficulty', 'offsets', 'samples']);
    for (const [name, channels] of [
      ['difficulty', 1],
      ['offsets', 3],
    ] as const) {
      const { bytes } = await sessions.map('p-maps', result.restoration, name);
      expect(await sharp(bytes).metadata()).toMatchObject({ width: 300, height: 200, channels });
      const { data } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
      expect(new Set(data).size).toBeGreaterThan(1);
    }
    expect(last.type === 'finished' && last.blurredShare).toBeGreaterThan(0);
    await sessions.close('p-maps');
  });

  it('have at most 2048 pixels per side', async () => {
    const path = join(folder.path, 'long.png');
    const background = { r: 90, g: 90, b: 90 };
    await sharp({ create: { width: 4500, height: 40, channels: 3, background } })
      .png()
      .toFile(path);
    const plugin = await makeTinyPlugin(folder.path, 'staged');
    await sessions.open('p-long', path);
    const { result } = await sessions.finish('p-long', settingsOf(plugin));
    const { bytes } = await sessions.map('p-long', result.restoration, 'difficulty');
    expect(await sharp(bytes).metadata()).toMatchObject({ width: 1500, height: 14 });
    await sessions.close('p-long');
  });
});

describe('memory', () => {
  it('holds two decoded photos, whatever the number of open ones', async () => {
    // 50 megapixels, as large as a camera's, cheap to decode.
    const path = join(folder.path, 'huge.jpg');
    const background = { r: 120, g: 130, b: 140 };
    await sharp({ create: { width: 8660, height: 5774, channels: 3, background } })
      .jpeg()
      .toFile(path);
    const own = makeEngine();
    const many = new TestSessions(own);
    try {
      const held: number[] = [];
      for (const id of ['p-1', 'p-2', 'p-3', 'p-4']) {
        const copy = join(folder.path, `${id}.jpg`);
        await copyFile(path, copy);
        const { levels } = await many.open(id, copy);
        expect(levels).toBe(6);
        held.push(await residentBytes(own.pid!));
      }
      // One photo needs 4 bytes a pixel and what its decoder has not given back.
      expect(held[0]).toBeLessThan(700e6);
      expect(Math.max(...held)).toBeLessThan(1.2e9);
      // The first photo is decoded again.
      const { bytes } = await many.tile('p-1', { level: 5 });
      expect((await sharp(bytes).metadata()).width).toBe(271);
      expect(await residentBytes(own.pid!)).toBeLessThan(1.2e9);
    } finally {
      await many.dispose();
      await own.close();
    }
  });
});

describe('the built-in plug-in', () => {
  it('restores a photo stage by stage', async () => {
    const path = join(folder.path, 'street.png');
    await sharp('resources/sample-blurred.jpg')
      .extract({ left: 300, top: 300, width: 330, height: 200 })
      .png()
      .toFile(path);
    await sessions.open('p-real', path);
    const { result, last, events } = await sessions.finish(
      'p-real',
      settingsOf('models/saphn-nu', { tile: 128 }),
      {
        ...{ x: 0, y: 0, w: 330, h: 200 },
      },
    );
    expect(last.type).toBe('finished');
    expect(result.stages).toHaveLength(3);
    const stages = stagesOf(events).map(({ stage }) => stage);
    expect(stages.length).toBeGreaterThan(3);
    expect(stages.slice(0, 3)).toEqual([1, 2, 3]);
    const grown = await fetchTile('p-real', 0, 0, 0, result.restoration);
    const original = await fetchTile('p-real', 0);
    expect(grown.data.equals(original.data)).toBe(false);
    await sessions.close('p-real');
  });
});

/** Returns the resident memory of a process in bytes, from Linux's /proc. */
async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}
