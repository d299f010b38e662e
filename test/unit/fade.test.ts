import { describe, expect, it } from 'vitest';
import { BlurField } from '../../src/main/blur/blur-field.js';
import { Fade } from '../../src/main/blur/fade.js';
import { planGrid } from '../../src/main/tiling/grid.js';

const PHOTO = { width: 1024, height: 1024 };
const TILE = { multipleOf: 8, min: 32, max: 1024, preferred: 1024, overlap: 16, fixed: false };
const RECT = { x: 0, y: 0, w: 1024, h: 1024 };

type Kind = readonly [sharp: number, moved: number, defocused: number];
const MOVED: Kind = [0.05, 0.9, 0.05];
const DEFOCUSED: Kind = [0.05, 0.05, 0.9];
const SHARP: Kind = [0.97, 0.01, 0.02];

/** Adds an octave whose kind depends on the place in pixels of the photo. */
function add(field: BlurField, octave: number, kindAt: (x: number, y: number) => Kind): void {
  const side = 2 ** octave;
  const grid = planGrid(PHOTO.width / side, PHOTO.height / side, TILE);
  const [tile] = grid.tiles;
  const [w, h] = [grid.tileWidth / 8, grid.tileHeight / 8];
  const shape = [3, h, w];
  const extent = { shape, data: new Float32Array(3 * h * w).fill(2) };
  const kind = { shape, data: new Float32Array(3 * h * w) };
  for (let i = 0; i < h * w; i++) {
    const probabilities = kindAt((8 * (i % w) + 4) * side, (8 * Math.floor(i / w) + 4) * side);
    probabilities.forEach((value, c) => (kind.data[c * h * w + i] = value));
  }
  field.add(octave, grid, tile!, extent, kind);
}

function changeBy(field: BlurField, residual = change()): Int16Array | null {
  const fade = new Fade(field, PHOTO);
  fade.note(RECT);
  return fade.apply(residual, RECT, 0);
}

function change(): Int16Array {
  return new Int16Array(3 * RECT.w * RECT.h).fill(1000);
}

const valueAt = (left: Int16Array | null, x: number, y: number) =>
  left === null ? 0 : left[3 * (y * RECT.w + x)];

describe('the change of a tile', () => {
  it('stays whole where all has moved', () => {
    const field = new BlurField();
    add(field, 0, () => MOVED);
    const whole = change();
    expect(changeBy(field, whole)).toBe(whole);
  });

  it('stays whole around a moved object in sharp surroundings', () => {
    const field = new BlurField();
    add(field, 0, (x, y) => (Math.hypot(x - 500, y - 500) < 100 ? MOVED : SHARP));
    expect(valueAt(changeBy(field), 500, 500)).toBe(1000);
  });

  it('is dropped where all is out of focus', () => {
    const field = new BlurField();
    add(field, 0, () => DEFOCUSED);
    expect(changeBy(field)).toBeNull();
  });

  it('is dropped where a few places of a soft photo look moved', () => {
    const field = new BlurField();
    add(field, 0, (x, y) => ((x + 3 * y) % 96 < 32 ? MOVED : DEFOCUSED));
    expect(valueAt(changeBy(field), 500, 500)).toBe(0);
  });

  it('stays whole in a soft photo where a coarse octave is sure of motion', () => {
    const field = new BlurField();
    add(field, 0, () => DEFOCUSED);
    add(field, 2, (x) => (x < 512 ? MOVED : SHARP));
    const left = changeBy(field);
    expect(valueAt(left, 200, 500)).toBe(1000);
    expect(valueAt(left, 900, 500)).toBe(0);
  });

  it('fades without a step between moved and defocused halves', () => {
    const field = new BlurField();
    add(field, 0, (x) => (x < 512 ? MOVED : DEFOCUSED));
    const left = changeBy(field);
    expect(valueAt(left, 100, 500)).toBe(1000);
    expect(valueAt(left, 1000, 500)).toBe(0);
    for (let x = 1; x < RECT.w; x++) {
      const step = valueAt(left, x - 1, 500)! - valueAt(left, x, 500)!;
      expect(step).toBeGreaterThanOrEqual(0);
      expect(step).toBeLessThan(15);
    }
  });

  it('follows the estimates where they change', () => {
    const field = new BlurField();
    const fade = new Fade(field, PHOTO);
    add(field, 1, () => DEFOCUSED);
    fade.note(RECT);
    expect(fade.apply(change(), RECT, 0)).toBeNull();
    add(field, 0, () => MOVED);
    fade.note({ x: 0, y: 0, w: 512, h: 1024 });
    const left = fade.apply(change(), RECT, 0);
    expect(valueAt(left, 200, 500)).toBe(1000);
    expect(valueAt(left, 900, 500)).toBe(0);
  });
});
