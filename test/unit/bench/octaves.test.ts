import { describe, expect, test } from 'vitest';
import { drawArea } from '../../bench/octaves/areas.js';
import { cameraPath, kernelOf, turnTo } from '../../bench/octaves/camera-path.js';
import {
  drawEdge,
  drawFlat,
  edgeWidth,
  halfSide,
  noiseDeviation,
} from '../../bench/octaves/edge-chart.js';
import { develop, expose, MARGIN, sensorNoise, STILL } from '../../bench/octaves/exposure.js';
import { codeOf, decodePlanes } from '../../bench/octaves/linear-light.js';
import { psnr } from '../../bench/octaves/measure.js';
import { relativeEnergy } from '../../bench/octaves/softness.js';
import { Random } from '../../bench/triage/random.js';

const SIZE = { width: 400, height: 400 };
const MIDDLE = { x: 200, y: 200 };
const NO_NOISE = { shot: 0, read: 0 };

function scene(code: number) {
  const [width, height] = [SIZE.width + 2 * MARGIN, SIZE.height + 2 * MARGIN];
  return { width, height, data: new Uint8Array(3 * width * height).fill(code) };
}

/** Returns a path of length 1 in a direction, in radians. */
function straight(direction: number): [number, number][] {
  const [x, y] = [0.5 * Math.cos(direction), 0.5 * Math.sin(direction)];
  return [
    [-x, -y],
    [x, y],
  ];
}

describe('camera paths', () => {
  test('have the length that was asked for and are centred', () => {
    const path = cameraPath(new Random(5));
    let length = 0;
    for (let i = 1; i < path.length; i++) {
      length += Math.hypot(path[i]![0] - path[i - 1]![0], path[i]![1] - path[i - 1]![1]);
    }
    expect(length).toBeCloseTo(1, 9);
    for (const k of [0, 1] as const) {
      expect(path.reduce((sum, point) => sum + point[k], 0)).toBeCloseTo(0, 9);
    }
  });

  test.each([5, 80])('of %i px keep the brightness and reach as far', (length) => {
    const kernel = kernelOf(straight(0), length);
    expect(kernel.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 9);
    expect(Math.max(...kernel.map(({ dx }) => dx))).toBeCloseTo(length / 2, -0.5);
  });

  test('turn their main direction', () => {
    const turned = turnTo(cameraPath(new Random(6)), 0.6);
    const along = turned.map(([x, y]) => x * Math.cos(0.6) + y * Math.sin(0.6));
    const across = turned.map(([x, y]) => y * Math.cos(0.6) - x * Math.sin(0.6));
    const covariance = along.reduce((sum, a, i) => sum + a * across[i]!, 0);
    expect(covariance).toBeCloseTo(0, 9);
    expect(Math.hypot(...along)).toBeGreaterThan(Math.hypot(...across));
  });
});

test('a camera that rests and has no noise records every code as it was', () => {
  const picture = scene(0);
  picture.data.forEach((_, i) => (picture.data[i] = i % 256));
  const planes = expose(decodePlanes(picture), SIZE, STILL);
  const photo = develop(planes, SIZE, NO_NOISE, new Random(1));
  const from = 3 * (MARGIN * picture.width + MARGIN);
  expect(photo.data.slice(0, 1200)).toEqual(picture.data.slice(from, from + 1200));
});

test('light is averaged in linear light: half black and half white gives code 188', () => {
  expect(codeOf(0.5)).toBeCloseTo(187.5, 0);
});

describe('edges', () => {
  test.each([
    [5, 1],
    [20, 1],
    [40, 64],
  ])('have the width that a straight path of %i px gives at gain %i', (length, gain) => {
    const picture = scene(100);
    const edge = { at: MIDDLE, direction: 0.85, codes: [70, 180] as const };
    drawEdge(picture, edge, halfSide(length), MARGIN);
    const planes = expose(decodePlanes(picture), SIZE, kernelOf(straight(0.7), length));
    const photo = develop(planes, SIZE, sensorNoise(gain), new Random(2));
    const width = edgeWidth(photo, edge, length);
    expect(width / (0.8 * length * Math.cos(0.15))).toBeCloseTo(1, 1);
  });

  test('that are not blurred are one pixel wide', () => {
    const picture = scene(100);
    const edge = { at: MIDDLE, direction: 0.2, codes: [25, 230] as const };
    drawEdge(picture, edge, halfSide(5), MARGIN);
    const planes = expose(decodePlanes(picture), SIZE, STILL);
    const width = edgeWidth(develop(planes, SIZE, NO_NOISE, new Random(2)), edge, 5);
    expect(width).toBeGreaterThan(0.7);
    expect(width).toBeLessThan(1.3);
  });
});

test('the noise of a flat square is that of its sensor, whatever its slope', () => {
  const picture = scene(60);
  drawFlat(picture, MIDDLE, 80, MARGIN, 120);
  const planes = expose(decodePlanes(picture), SIZE, STILL);
  const photo = develop(planes, SIZE, NO_NOISE, new Random(3));
  const random = new Random(4);
  for (let i = 0; i < SIZE.width * SIZE.height; i++) {
    const slope = ((i % SIZE.width) - 200) / 10;
    photo.data.fill(Math.round(120 + slope + 5 * random.normal()), 3 * i, 3 * i + 3);
  }
  expect(noiseDeviation(photo, MIDDLE)).toBeCloseTo(5, 0);
});

test.each(['rectangle', 'blob'] as const)('a %s covers the share that was asked for', (shape) => {
  for (const share of [0, 0.05, 0.25, 0.5, 1]) {
    const area = drawArea(new Random(8), SIZE, shape, share);
    const covered = area.reduce((sum, value) => sum + value) / area.length;
    expect(Math.abs(covered - share)).toBeLessThan(0.01);
  }
});

test('PSNR leaves out the border and what is not selected', () => {
  const [a, b] = [scene(100), scene(110)];
  expect(psnr(a, b, 0)).toBeCloseTo(20 * Math.log10(25.5), 6);
  b.data.fill(100, 0, 3 * 5 * b.width);
  expect(psnr(a, b, 5)).toBeCloseTo(20 * Math.log10(25.5), 6);
  expect(psnr(a, b, 0, (i) => i < 5 * b.width)).toBe(100);
});

describe('softness', () => {
  const random = new Random(9);
  const sharp = { width: 64, height: 48, data: new Uint8Array(3 * 64 * 48) };
  for (let i = 0; i < 64 * 48; i++) sharp.data.fill(random.between(0, 255), 3 * i, 3 * i + 3);
  const half = { width: 32, height: 24, data: new Uint8Array(3 * 32 * 24) };
  for (let y = 0; y < 24; y++) {
    for (let x = 0; x < 32; x++) {
      const four = [0, 1, 64, 65].map((by) => sharp.data[3 * (128 * y + 2 * x + by)]!);
      half.data.fill(four.reduce((a, b) => a + b) / 4, 3 * (32 * y + x), 3 * (32 * y + x) + 3);
    }
  }

  test('is 1 for a preview that halves the result', () => {
    expect(relativeEnergy(sharp, half, 0)).toBeCloseTo(1, 1);
    expect(relativeEnergy(sharp, sharp, 2)).toBe(1);
  });

  test('is less for a softer result', () => {
    const soft = { ...sharp, data: sharp.data.map((value) => 100 + value / 4) };
    expect(relativeEnergy(soft, half, 0)).toBeCloseTo(1 / 16, 2);
  });
});
