/** The command line with a network that works in octaves and estimates the blur. */
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodePhoto } from '../../src/main/imaging/index.js';
import type { RestoreReport } from '../../src/shared/contracts/restore.js';
import { makePhoto } from '../engine/harness.js';
import { commandLine, listing } from './command.js';

const { folder, unsmear } = await commandLine('octaves', 'staged');
const MODEL = ['--model', 'tiny-octaves', '--provider', 'cpu'];
let photo: string;

beforeAll(async () => {
  photo = await makePhoto(folder, 640, 480);
});

async function reportOf(...options: string[]): Promise<RestoreReport> {
  const common = ['--on-exist', 'overwrite', '--quiet', '--json'];
  const { code, stdout } = await unsmear('deblur', photo, ...MODEL, ...common, ...options);
  expect(code).toBe(0);
  return (JSON.parse(stdout) as { outputs: RestoreReport[] }).outputs[0]!;
}

describe('deblur --work-at', () => {
  it.each([
    ['full', ['1/8', '1/4', '1/2', '1']],
    ['half', ['1/8', '1/4', '1/2']],
    ['quarter', ['1/8', '1/4']],
  ])('works at %s size and below', async (size, stages) => {
    const report = await reportOf('--work-at', size, '--no-skip');
    expect(report.stages.map(({ label }) => label)).toEqual(stages);
    expect(report.stages.every(({ ms }) => ms > 0)).toBe(true);
    const { width, height } = await decodePhoto(report.output!);
    expect([width, height]).toEqual([640, 480]);
  });

  it('refuses other sizes, and names those that there are', async () => {
    const { code, stderr } = await unsmear('deblur', photo, ...MODEL, '--work-at', 'third');
    expect(code).toBe(2);
    expect(stderr).toMatch(/auto, full, half, quarter/);
  });

  it('holds for batches, too', async () => {
    const out = join(folder, 'restored');
    const batch = ['batch', photo, '--out-dir', out, ...MODEL, '--no-skip', '--quiet', '--json'];
    const { code } = await unsmear(...batch, '--work-at', 'quarter', '--name', '{stem}-batch');
    expect(code).toBe(0);
    const single = await reportOf('--work-at', 'quarter', '--no-skip');
    const { data } = await decodePhoto(join(out, 'photo-640x480-batch.png'));
    expect(data).toEqual((await decodePhoto(single.output!)).data);
    const full = await reportOf('--work-at', 'full', '--no-skip');
    expect(data).not.toEqual((await decodePhoto(full.output!)).data);
  });
});

describe('deblur with a network that estimates the blur', () => {
  it('writes the blur as a map at the size of the photo, and reports it', async () => {
    const maps = join(folder, 'maps');
    const { blur, warnings } = await reportOf('--maps-dir', maps);
    expect(blur).toEqual({ extent: 256, longest: 256, moved: 1, defocused: 0 });
    expect(warnings).toEqual([
      expect.stringMatching(/very long \(about 260 px\).*half or quarter/),
    ]);
    expect(listing(maps)).toEqual(['photo-640x480.blur.png']);
    const map = await decodePhoto(join(maps, 'photo-640x480.blur.png'));
    expect([map.width, map.height]).toEqual([640, 480]);
    expect(map.alpha?.some((value) => value === 255)).toBe(true);
    expect(map.alpha?.some((value) => value === 0)).toBe(true);
  });

  it('reports null for a network that does not', async () => {
    const { stdout } = await unsmear('deblur', photo, '--model', 'tiny-staged', '--json');
    const { outputs } = JSON.parse(stdout) as { outputs: RestoreReport[] };
    expect(outputs[0]!.blur).toBeNull();
  });
});
