/** The command line's contract: what it writes, says and returns. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodePhoto, writeGrayPng } from '../../src/main/imaging/index.js';
import type { Failure } from '../../src/main/app/restore.js';
import type { PluginRow } from '../../src/shared/contracts/models.js';
import type { RestoreReport } from '../../src/shared/contracts/restore.js';
import { makePhoto } from '../engine/harness.js';
import { cameraJpeg, readTags } from '../unit/photos.js';
import { commandLine, listing } from './command.js';

interface Document {
  outputs: RestoreReport[];
  skipped: { input: string; output: string }[];
  errors: Failure[];
}

const { folder, unsmear } = await commandLine('staged', 'identity', 'slanted');
const MODEL = ['--model', 'tiny-staged', '--provider', 'cpu'];
const parse = (text: string): Document => JSON.parse(text) as Document;
let photo: string;

beforeAll(async () => {
  photo = await makePhoto(folder, 200, 150);
});

function place(name: string): string {
  const path = join(folder, name);
  mkdirSync(path);
  return path;
}

describe('deblur', () => {
  it('writes beside the input and tells what it did as one JSON document', async () => {
    const place1 = place('beside');
    const input = join(place1, 'night.png');
    copyFileSync(photo, input);
    const { code, stdout } = await unsmear('deblur', input, ...MODEL, '--no-skip', '--json');
    const { outputs, errors } = parse(stdout);
    expect([code, errors]).toEqual([0, []]);
    const [report] = outputs;
    expect(report).toMatchObject({
      input,
      output: join(place1, 'night.deblurred.png'),
      model: 'tiny-staged',
      provider: 'cpu',
      width: 200,
      height: 150,
      warnings: [],
    });
    expect(report!.tiles.processed).toBe(report!.tiles.total);
    expect(report!.stages.map(({ label }) => label)).toEqual(['First', 'Second']);
    expect(report!.inferenceMs).toBeGreaterThan(0);
    expect(report!.peakRssBytes).toBeGreaterThan(1e6);
    expect(listing(place1)).toEqual(['night.deblurred.png', 'night.png']);
    const [before, after] = [await decodePhoto(input), await decodePhoto(report!.output!)];
    expect(after.data).not.toEqual(before.data);
  });

  it('keeps the metadata of a photo from a camera', async () => {
    const input = await cameraJpeg(folder, 6, 'from-camera.jpg');
    const { code } = await unsmear('deblur', input, ...MODEL, '--metadata', 'no-gps', '--quiet');
    expect(code).toBe(0);
    const tags = await readTags(join(folder, 'from-camera.deblurred.jpg'));
    expect(tags).toMatchObject({
      make: 'Unsmear Optics',
      orientation: 1,
      profile: 'sP3C',
      thumbnail: false,
    });
    expect(tags.latitude).toBeUndefined();
  });

  it('changes no pixel outside the mask', async () => {
    const mask = new Uint8Array(200 * 150);
    for (let y = 40; y < 90; y++) mask.fill(255, y * 200 + 60, y * 200 + 140);
    await writeGrayPng(join(folder, 'mask.png'), 200, 150, mask);
    const output = join(folder, 'masked.png');
    const args = ['--mask', join(folder, 'mask.png'), '-o', output, '--no-skip', '--quiet'];
    expect((await unsmear('deblur', photo, ...MODEL, ...args)).code).toBe(0);
    const [before, after] = [await decodePhoto(photo), await decodePhoto(output)];
    let inside = 0;
    for (let i = 0; i < before.data.length; i++) {
      if (before.data[i] === after.data[i]) continue;
      expect(mask[Math.floor(i / 3)]).toBe(255);
      inside += 1;
    }
    expect(inside).toBeGreaterThan(1000);
  });

  it('writes stages and maps at the size of the photo', async () => {
    const stages = join(folder, 'stages');
    const maps = join(folder, 'maps');
    const args = ['--stages-dir', stages, '--maps-dir', maps, '-o', join(folder, 'with-maps.png')];
    const roi = ['--roi', '10,10,50,50', '--roi', '100,20,40,40,0.5', '--no-skip', '--quiet'];
    expect((await unsmear('deblur', photo, ...MODEL, ...args, ...roi)).code).toBe(0);
    const name = 'photo-200x150';
    expect(listing(stages)).toEqual([`${name}.stage1.png`, `${name}.stage2.png`]);
    expect(listing(maps)).toEqual(
      ['attention', 'difficulty', 'offsets', 'samples'].map((map) => `${name}.${map}.png`),
    );
    for (const map of listing(maps)) {
      expect(await decodePhoto(join(maps, map))).toMatchObject({ width: 200, height: 150 });
    }
  });

  it('averages turned copies with --self-ensemble: other pixels, the same work', async () => {
    const run = async (name: string, ...more: string[]) => {
      const output = join(folder, `${name}.png`);
      const args = ['--model', 'tiny-slanted', '--provider', 'cpu', '--tile', '96', '--no-skip'];
      const done = await unsmear('deblur', photo, ...args, ...more, '-o', output, '--json');
      expect(done.code).toBe(0);
      return { report: parse(done.stdout).outputs[0]!, photo: await decodePhoto(output) };
    };
    const plain = await run('plain');
    const eight = await run('eight', '--self-ensemble');
    expect(eight.report.tiles).toEqual(plain.report.tiles);
    expect(eight.photo.data).not.toEqual(plain.photo.data);
  });

  it('follows --on-exist, and never overwrites an input', async () => {
    const place2 = place('exist');
    const input = join(place2, 'a.png');
    copyFileSync(photo, input);
    const out = join(place2, 'b.png');
    writeFileSync(out, 'mine');
    const run = (policy: string, target = out) =>
      unsmear('deblur', input, ...MODEL, '-o', target, '--on-exist', policy, '--json');
    const skipped = await run('skip');
    expect([skipped.code, parse(skipped.stdout).skipped]).toEqual([0, [{ input, output: out }]]);
    const refused = await run('error');
    expect([refused.code, parse(refused.stdout).errors[0]?.code]).toEqual([4, 'output-exists']);
    expect(readFileSync(out, 'utf8')).toBe('mine');
    expect(parse((await run('rename')).stdout).outputs[0]?.output).toBe(join(place2, 'b-2.png'));
    expect((await run('overwrite')).code).toBe(0);
    expect(statSync(out).size).toBeGreaterThan(1000);
    const self = await run('overwrite', input);
    expect([self.code, parse(self.stdout).errors[0]?.code]).toEqual([4, 'output-is-input']);
    expect(readFileSync(input).equals(readFileSync(photo))).toBe(true);
    expect(listing(place2)).toEqual(['a.png', 'b-2.png', 'b.png']);
  });

  it('never writes stages and maps over an input, a mask, or those of another photo', async () => {
    const place3 = place('pictures');
    const input = join(place3, 'a.png');
    const mask = join(place3, 'a.difficulty.png');
    copyFileSync(photo, input);
    await writeGrayPng(mask, 200, 150, new Uint8Array(200 * 150).fill(255));
    const before = readFileSync(mask);
    const maps = ['--maps-dir', place3, '--json'];
    const refused = await unsmear('deblur', input, ...MODEL, '--mask', mask, ...maps);
    expect([refused.code, parse(refused.stdout).errors[0]?.code]).toEqual([4, 'output-is-input']);
    expect(readFileSync(mask).equals(before)).toBe(true);
    expect(listing(place3)).toEqual(['a.difficulty.png', 'a.png']);
    const twin = join(place('twin'), 'a.png');
    copyFileSync(photo, twin);
    const stages = join(folder, 'pictures-stages');
    const both = await unsmear('deblur', input, twin, ...MODEL, '--stages-dir', stages, '--json');
    expect([both.code, parse(both.stdout).errors[0]?.code]).toEqual([3, 'output-exists']);
    const maps3 = join(place3, 'new', 'maps');
    const bad = join(place3, 'bad.webp');
    writeFileSync(bad, readFileSync(photo).subarray(0, 400));
    const failed = await unsmear('deblur', bad, ...MODEL, '--maps-dir', maps3, '--quiet');
    expect([failed.code, existsSync(join(place3, 'new'))]).toEqual([4, false]);
  });

  it('refuses a name that no photo can have before it begins', async () => {
    const place4 = place('names');
    const run = async (target: string) => {
      const { code, stdout } = await unsmear('deblur', photo, ...MODEL, '-o', target, '--json');
      return [code, parse(stdout).errors[0]?.code];
    };
    expect(await run(join(place4, 'x.gif'))).toEqual([4, 'format-unsupported']);
    expect(await run(place4)).toEqual([4, 'output-unwritable']);
    expect(listing(place4)).toEqual([]);
  });

  it('keeps the results of two photos of one name apart', async () => {
    const inputs = ['left', 'right'].map((name) => join(place(name), 'same.png'));
    for (const input of inputs) copyFileSync(photo, input);
    const out = join(folder, 'apart', 'deeper');
    const policy = ['--out-dir', out, '--on-exist', 'overwrite', '--quiet'];
    expect((await unsmear('deblur', ...inputs, ...MODEL, ...policy)).code).toBe(0);
    expect(listing(out)).toEqual(['same.deblurred-2.png', 'same.deblurred.png']);
  });

  it('changes the format, and tells it by the extension', async () => {
    const out = join(folder, 'formats');
    const { stdout } = await unsmear(
      'deblur',
      photo,
      ...MODEL,
      '--out-dir',
      out,
      '--format',
      'webp',
      '--json',
    );
    const path = parse(stdout).outputs[0]!.output!;
    expect(path).toBe(join(out, 'photo-200x150.deblurred.webp'));
    expect(readFileSync(path).toString('latin1', 8, 12)).toBe('WEBP');
  });

  it('goes on after a photo that fails: 3, or 4 when nothing was done', async () => {
    const place3 = place('some');
    writeFileSync(join(place3, 'empty.jpg'), '');
    const bad = join(place3, 'empty.jpg');
    const some = await unsmear(
      'deblur',
      bad,
      photo,
      ...MODEL,
      '--out-dir',
      join(place3, 'out'),
      '--json',
    );
    expect(some.code).toBe(3);
    expect(parse(some.stdout).outputs).toHaveLength(1);
    expect(parse(some.stdout).errors).toMatchObject([{ input: bad, code: 'image-broken' }]);
    const none = await unsmear('deblur', bad, ...MODEL, '--out-dir', join(place3, 'none'));
    expect([none.code, none.stdout]).toEqual([4, '']);
    expect(none.stderr).toMatch(/^error: empty\.jpg is empty/m);
    expect(listing(place3)).toEqual(['empty.jpg', 'out']);
  });

  it('names a plug-in that is not there, and those that are', async () => {
    const { code, stderr } = await unsmear('deblur', photo, '--model', 'nothing');
    expect(code).toBe(4);
    expect(stderr).toMatch(/no model "nothing"[\s\S]*tiny-identity, tiny-slanted, tiny-staged/);
  });
});

describe('usage', () => {
  it.each([
    [[]],
    [['deblur']],
    [['unknown']],
    [['deblur', 'a.jpg', 'b.jpg', '-o', 'c.jpg']],
    [['deblur', 'a.jpg', '-o', 'c.jpg', '--out-dir', 'd']],
    [['deblur', 'a.jpg', '--strength', '2']],
    [['deblur', 'a.jpg', '--strength', '']],
    [['deblur', 'a.jpg', '--roi', '1,2,3']],
    [['deblur', 'a.jpg', '--roi', '1,2,3,0']],
    [['deblur', 'a.jpg', '--tile', 'big']],
    [['deblur', 'a.jpg', '--provider', 'abacus']],
    [['deblur', 'a.jpg', '--format', 'gif']],
    [['deblur', 'a.jpg', '--quality', '0']],
    [['deblur', 'a.jpg', '--unknown']],
    [['evaluate', '--blur', 'a']],
  ])('%j is 2', async (args) => {
    const { code, stdout, stderr } = await unsmear(...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).not.toBe('');
  });

  it('--help and --version are 0', async () => {
    expect((await unsmear('deblur', '--help')).code).toBe(0);
    expect((await unsmear('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('evaluate', () => {
  it('measures pairs, the stages, and their mean', async () => {
    const [blur, sharp] = [place('blur'), place('sharp')];
    copyFileSync(photo, join(blur, 'one.png'));
    copyFileSync(photo, join(sharp, 'one.png'));
    const run = await unsmear(
      'evaluate',
      '--blur',
      blur,
      '--sharp',
      sharp,
      '--model',
      'tiny-identity',
      '--json',
    );
    expect(run.code).toBe(0);
    // Equal pictures: JSON has no infinity.
    const score = { psnrIn: 999, psnrOut: 999, ssimIn: 1, ssimOut: 1, stages: [999] };
    expect(JSON.parse(run.stdout)).toEqual({ pairs: [{ name: 'one', ...score }], mean: score });
    const changed = await unsmear(
      'evaluate',
      '--blur',
      blur,
      '--sharp',
      sharp,
      ...MODEL,
      '--no-skip',
      '--json',
    );
    const { mean } = JSON.parse(changed.stdout) as { mean: { psnrOut: number; stages: number[] } };
    expect(mean.psnrOut).toBeLessThan(60);
    expect(mean.stages).toHaveLength(2);
    expect(mean.stages[1]).toBeCloseTo(mean.psnrOut, 6);
  });

  it('measures the mean over turned copies', async () => {
    const [blur, sharp] = [place('blur-turned'), place('sharp-turned')];
    copyFileSync(photo, join(blur, 'one.png'));
    copyFileSync(photo, join(sharp, 'one.png'));
    const scored = async (...more: string[]) => {
      const args = ['--blur', blur, '--sharp', sharp, '--model', 'tiny-slanted', '--no-skip'];
      const { stdout } = await unsmear('evaluate', ...args, ...more, '--json');
      return (JSON.parse(stdout) as { mean: { psnrOut: number } }).mean.psnrOut;
    };
    // It does harm to a sharp photo, in each copy another harm: their mean does less.
    expect(await scored('--self-ensemble')).toBeGreaterThan((await scored()) + 0.5);
  });

  it('refuses a photo without its counterpart', async () => {
    const run = await unsmear(
      'evaluate',
      '--blur',
      folder,
      '--sharp',
      join(folder, 'sharp'),
      ...MODEL,
    );
    expect([run.code, run.stdout]).toEqual([4, '']);
    expect(run.stderr).toMatch(/no sharp photo of the same name/);
  });
});

describe('lists', () => {
  it('models: every plug-in with its state', async () => {
    const { code, stdout } = await unsmear('models', '--json');
    expect(code).toBe(0);
    const rows = JSON.parse(stdout) as { id: string }[];
    expect(rows.find(({ id }) => id === 'tiny-staged')).toEqual({
      id: 'tiny-staged',
      name: 'Tiny staged',
      version: '1.0.0',
      source: 'installed',
      description: '',
      parameters: null,
      relativeTime: null,
      trained: null,
      verified: false,
      hints: true,
      stages: ['First', 'Second'],
      maps: ['difficulty', 'attention', 'samples', 'offsets'],
      state: 'ok',
      reason: null,
    });
  });

  it('models: every built-in network is whole and trained, the default one first', async () => {
    const rows = JSON.parse((await unsmear('models', '--json')).stdout) as PluginRow[];
    const builtIn = rows.filter(({ source }) => source === 'built-in');
    expect(builtIn[0]?.id).toBe('adn');
    for (const row of builtIn) {
      expect(row).toMatchObject({ state: 'ok', reason: null, verified: true });
      expect(row.trained).toBeGreaterThan(0);
      expect(row.parameters).toBeGreaterThan(0);
      expect(row.description).not.toBe('');
      expect(row.maps).toContain('difficulty');
    }
    const text = (await unsmear('models')).stdout;
    expect(text).toMatch(/^adn \S+ \(built-in, files verified, trained for \d+ steps, /m);
    expect(text).toMatch(/^tiny-staged 1\.0\.0 \(installed, files not verified, /m);
  });

  it('providers: the CPU is always there, tested', async () => {
    const { code, stdout } = await unsmear('providers', '--json');
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as unknown[])[0]).toMatchObject({
      id: 'cpu',
      available: true,
      probed: true,
    });
  });
});
