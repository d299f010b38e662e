import { describe, expect, it } from 'vitest';
import {
  coarserWindow,
  enlargeChange,
  guessTile,
  type Change,
} from '../../src/main/tiling/enlarge.js';
import type { ImageFormat } from '../../src/main/tiling/pixels.js';

const FORMAT: ImageFormat = { range: [0, 1], channels: 'rgb', transfer: 'srgb' };

/** A change of 4 × 3 pixels; each channel is a multiple of the first. */
function change(): Change {
  const data = Int16Array.from({ length: 36 }, (_, i) => (Math.floor(i / 3) ** 2 - 40) * (i % 3));
  return { window: { x: 0, y: 0, w: 4, h: 3 }, data };
}

/** Returns a bilinear sample by the definition, borders repeated. */
function sampled(at: (x: number, y: number) => number, x: number, y: number): number {
  const [px, py] = [(x - 0.5) / 2, (y - 0.5) / 2];
  const [left, top] = [Math.floor(px), Math.floor(py)];
  const [dx, dy] = [px - left, py - top];
  const row = (line: number) => at(left, line) * (1 - dx) + at(left + 1, line) * dx;
  return row(top) * (1 - dy) + row(top + 1) * dy;
}

describe('an enlarged change', () => {
  it('is the bilinear enlargement, rounded', () => {
    const { data } = change();
    const clamp = (value: number, last: number) => Math.min(Math.max(value, 0), last);
    const enlarged = enlargeChange(change(), { x: 0, y: 0, w: 8, h: 6 }, { width: 4, height: 3 });
    for (let i = 0; i < enlarged.length; i++) {
      const c = i % 3;
      const [x, y] = [Math.floor(i / 3) % 8, Math.floor(i / 24)];
      const at = (px: number, py: number) => data[(clamp(py, 2) * 4 + clamp(px, 3)) * 3 + c]!;
      expect(enlarged[i]).toBe(Math.floor(sampled(at, x, y) + 0.5));
    }
  });

  it('needs only its window of the coarser octave', () => {
    const size = { width: 4, height: 3 };
    const rect = { x: 3, y: 2, w: 3, h: 2 };
    const window = coarserWindow(rect, size);
    expect(window).toEqual({ x: 1, y: 0, w: 3, h: 3 });
    const whole = change();
    const data = new Int16Array(window.w * window.h * 3);
    for (let y = 0; y < window.h; y++) {
      const from = ((window.y + y) * 4 + window.x) * 3;
      data.set(whole.data.subarray(from, from + window.w * 3), y * window.w * 3);
    }
    const all = enlargeChange(whole, { x: 0, y: 0, w: 8, h: 6 }, size);
    const part = enlargeChange({ window, data }, rect, size);
    for (let y = 0; y < rect.h; y++) {
      const from = ((rect.y + y) * 8 + rect.x) * 3;
      expect(part.subarray(y * 9, y * 9 + 9)).toEqual(all.subarray(from, from + 9));
    }
  });
});

describe('the guess of a tile', () => {
  it('is the enlarged coarser image plus its change, reflected beyond the border', () => {
    const coarser = { width: 4, height: 3, data: new Uint8Array(36).fill(100) };
    const some = { ...change(), data: new Int16Array(36).fill(64) };
    const grid = { tileWidth: 10, tileHeight: 8 };
    const size = { width: 8, height: 6 };
    const plain = guessTile(coarser, null, size, grid, { x: 0, y: 0 }, FORMAT);
    expect(plain).toHaveLength(3 * 80);
    expect(Math.max(...plain.map((value) => Math.abs(value - 100 / 255)))).toBeLessThan(1e-6);
    const brighter = guessTile(coarser, some, size, grid, { x: 0, y: 0 }, FORMAT);
    expect(Math.max(...brighter.map((value) => Math.abs(value - 102 / 255)))).toBeLessThan(1e-6);
    coarser.data.forEach((_, i) => (coarser.data[i] = (i % 3) * 20));
    const reversed: ImageFormat = { ...FORMAT, channels: 'bgr' };
    const swapped = guessTile(coarser, null, size, grid, { x: 0, y: 0 }, reversed);
    expect([swapped[0], swapped[80], swapped[160]].map((v) => Math.round(v! * 255))).toEqual([
      40, 20, 0,
    ]);
  });
});
