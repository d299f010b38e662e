/** The blur score: patches, edges, signs, and its reports. */
import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { DIRECTIONS, edgesOf } from '../../src/main/blur/edges.js';
import { denoised } from '../../src/main/blur/energies.js';
import { lightnessAt, lightnessOf, patchGrid, SIDE } from '../../src/main/blur/patches.js';
import { gain } from '../../src/main/blur/profiles.js';
import { calibrationFor, scoreOf } from '../../src/main/blur/score.js';
import type { PatchMeasurement } from '../../src/main/blur/signs.js';

import { decodeSrgb, type RgbImage } from '../../src/main/imaging/index.js';
import { blurMap } from '../../src/main/app/triage/map.js';
import { csvOf, mostBlurredFirst, rowOf } from '../../src/main/app/triage/report.js';
import { UnsmearError } from '../../src/shared/core/errors.js';
import type { PhotoBlur } from '../../src/shared/contracts/triage.js';
import { smearedPixels } from './smeared.js';

const LIGHT = calibrationFor({});

function look(image: RgbImage, x: number, y: number): PatchMeasurement {
  return { edges: edgesOf(lightnessAt(image, x, y)), network: null };
}

function judge(width: number, height: number, length: number): ReturnType<typeof scoreOf> {
  const image = { width, height, data: smearedPixels(width, height, length) };
  const { columns, patches } = patchGrid(width, height);
  const looks = patches.map(({ x, y }) => look(image, x, y));
  return scoreOf(looks, columns, LIGHT);
}

describe('the patches', () => {
  it.each([
    [4000, 3000],
    [3000, 4000],
    [12_000, 1500],
    [640, 480],
  ])('of %i × %i pixels lie inside, spread evenly, in about the same number', (width, height) => {
    const { columns, rows, patches } = patchGrid(width, height);
    expect(patches).toHaveLength(columns * rows);
    expect(patches.length).toBeLessThanOrEqual(60);
    expect(patches.length).toBeGreaterThanOrEqual(
      Math.min(36, Math.floor(width / SIDE) * Math.floor(height / SIDE)),
    );
    for (const { x, y } of patches) {
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x + SIDE).toBeLessThanOrEqual(width);
      expect(y + SIDE).toBeLessThanOrEqual(height);
    }
  });

  it('is a single one for a smaller photo', () => {
    expect(patchGrid(40, 3000).columns).toBe(1);
    expect(patchGrid(1, 1).patches).toEqual([{ x: 0, y: 0 }]);
  });
});

describe('the edges', () => {
  it('lose fine energy in the direction of the motion only', () => {
    const share = (length: number, degrees: number): number => {
      const image = { width: 256, height: 256, data: smearedPixels(256, 256, length) };
      const { fine, coarse } = edgesOf(lightnessAt(image, 64, 64)).scales[0]!;
      const direction = Math.floor((degrees / 180) * DIRECTIONS);
      return fine[direction]! / coarse[direction]!;
    };
    const kept = (degrees: number): number => share(12, degrees) / share(1, degrees);
    expect(kept(0)).toBeLessThan(0.7 * kept(90));
  });

  it('are measured in photos smaller than a patch and of one colour', () => {
    for (const [width, height] of [
      [1, 1],
      [5, 300],
    ] as const) {
      const flat = { width, height, data: new Uint8Array(3 * width * height).fill(90) };
      const looks = [look(flat, 0, 0)];
      const { score } = scoreOf(looks, 1, LIGHT);
      expect(score).toBeGreaterThanOrEqual(0);
      expect(score).toBeLessThan(0.5);
    }
  });
});

describe('what became of the edges', () => {
  const planeOf = (length: number): Float32Array =>
    lightnessAt({ width: SIDE, height: SIDE, data: smearedPixels(SIDE, SIDE, length) }, 0, 0);

  it('is seen along the edges there were: as they are, if nothing happened to them', () => {
    const plane = planeOf(9);
    expect(edgesOf(plane.slice(), plane)).toEqual(edgesOf(plane));
  });

  it('is a gain in the direction of the motion where it was undone, and none across', () => {
    const [sharp, moved] = [planeOf(1), planeOf(9)];
    const before = denoised(edgesOf(moved).scales, [0, 0])[0]!;
    const after = denoised(edgesOf(sharp, moved).scales, [0, 0])[0]!;
    const found = gain(before, after);
    expect(found.level).toBeGreaterThan(0.1);
    expect(found.cos).toBeGreaterThan(2 * Math.abs(found.sin));
    expect(gain(before, before)).toMatchObject({ level: 0, cos: 0, sin: 0 });
  });

  it('is looked for in 8-bit levels, whatever the range, the order and the transfer of the network', () => {
    const samples = Float32Array.from({ length: 3 * SIDE * SIDE }, (_, i) => (i % 251) / 250);
    const plain = lightnessOf(samples, { range: [0, 1], channels: 'rgb', transfer: 'srgb' });
    const shifted = lightnessOf(
      samples.map((value) => 2 * value - 1),
      { range: [-1, 1], channels: 'bgr', transfer: 'srgb' },
    );
    const linear = lightnessOf(samples.map(decodeSrgb), {
      ...{ range: [0, 1], channels: 'rgb', transfer: 'linear' },
    });
    for (const at of [0, 1000, SIDE * SIDE - 1]) {
      expect(shifted[at]).toBeCloseTo(plain[at]!, 2);
      expect(linear[at]).toBeCloseTo(plain[at]!, 2);
    }
    expect(Math.max(...plain)).toBeLessThanOrEqual(255);
  });
});

describe('the score', () => {
  it('is above 0.5 for moved photos and below for still ones', () => {
    const [still, moved] = [judge(1024, 768, 1), judge(1024, 768, 12)];
    expect(still.score).toBeLessThan(0.5);
    expect(moved.score).toBeGreaterThan(0.5);
    expect(still.blurredShare).toBeLessThan(moved.blurredShare);
  });

  it('is the same for a photo and its mirror image', () => {
    const [width, height] = [SIDE, SIDE];
    const data = smearedPixels(width, height, 9);
    const mirrored = data.map(
      (_, i) =>
        data[
          3 * (Math.floor(i / 3 / width) * width + width - 1 - (Math.floor(i / 3) % width)) +
            (i % 3)
        ]!,
    );
    const told = [data, mirrored].map(
      (pixels) => scoreOf([look({ width, height, data: pixels }, 0, 0)], 1, LIGHT).score,
    );
    expect(told[1]).toBeCloseTo(told[0]!, 1);
  });
});

const BLUR: PhotoBlur = {
  ...{ width: 6, height: 4, score: 0.8, blurredShare: 0.5, by: 'network', columns: 2, rows: 1 },
  extent: 14.2,
  patches: [
    { x: 0, y: 0, side: 2, score: 0.2, difficulty: 0.01 },
    { x: 3, y: 0, side: 2, score: 1, difficulty: null },
  ],
};
const answer = { blur: BLUR, provider: 'cpu', decodeMs: 90, scoreMs: 60.4, warnings: [] } as const;

describe('the report', () => {
  it('has a map at the size of the photo', () => {
    const { width, height, channels, data } = decode(Buffer.concat(blurMap(BLUR)));
    expect([width, height, channels]).toEqual([6, 4, 1]);
    expect([...data.slice(0, 6)]).toEqual([51, 51, 51, 255, 255, 255]);
    expect([...data.slice(18)]).toEqual([51, 51, 51, 255, 255, 255]);
  });

  it('lists photos by score with the threshold applied, failures last', () => {
    const row = rowOf({ photo: { input: '=evil.jpg' }, answer }, 0.8);
    expect(row).toMatchObject({ score: 0.8, blurred: true, by: 'network', ms: 150, error: null });
    expect(rowOf({ photo: { input: 'a' }, answer }, 0.81).blurred).toBe(false);
    const error = new UnsmearError('image-broken', { reason: 'empty', name: 'b.jpg' });
    const broken = rowOf({ photo: { input: 'b.jpg' }, error }, 0.5);
    const low = { ...row, input: 'low.jpg', score: 0.1 };
    const rows = mostBlurredFirst([broken, low, row]);
    expect(rows.map(({ input }) => input)).toEqual(['=evil.jpg', 'low.jpg', 'b.jpg']);
    const csv = csvOf(rows);
    expect(csv).toContain("'=evil.jpg,0.8000,blurred,0.5000,14.2");
    expect(csv).toContain(
      'b.jpg,,,,,,,image-broken,b.jpg is empty (0 bytes).,It was not copied completely',
    );
  });
});
