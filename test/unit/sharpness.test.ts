import { describe, expect, it } from 'vitest';
import { tileSharpness } from '../../src/main/blur/sharpness.js';
import type { RgbImage } from '../../src/main/imaging/index.js';
import type { Rect } from '../../src/shared/contracts/restore.js';

const SIDE = 1024;
const WHOLE: Rect = { x: 0, y: 0, w: SIDE, h: SIDE };
/** Blocks of 5 px, but a calm corner, by which noise is known. */
const CALM: Rect = { x: 0, y: 0, w: 128, h: 128 };

function contains({ x, y, w, h }: Rect, px: number, py: number): boolean {
  return px >= x && py >= y && px < x + w && py < y + h;
}

function grey(x: number, y: number): number {
  if (contains(CALM, x, y)) return 120;
  const hash = Math.imul(Math.floor(x / 5) * 374761393 + Math.floor(y / 5) * 668265263, 1274126177);
  return 40 + (((hash ^ (hash >>> 13)) >>> 3) % 160);
}

/** Draws blocks of which a part has moved by 12 px along x. */
function blocks(moved: Rect | null): RgbImage {
  const data = new Uint8Array(3 * SIDE * SIDE);
  for (let y = 0, i = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++, i += 3) {
      let value = grey(x, y);
      if (moved !== null && contains(moved, x, y)) {
        let sum = 0;
        for (let step = 0; step < 12; step++) sum += grey(x + step - 6, y);
        value = Math.round(sum / 12);
      }
      data.fill(value, i, i + 3);
    }
  }
  return { width: SIDE, height: SIDE, data };
}

describe('a tile', () => {
  it('has no smeared part where all detail is crisp', () => {
    expect(tileSharpness(blocks(null), WHOLE).hasSmearedPart()).toBe(false);
  });

  it('has a smeared part, however small its share', () => {
    const moved = { x: 512, y: 384, w: 300, h: 300 };
    const sharpness = tileSharpness(blocks(moved), WHOLE);
    expect(sharpness.smeared).toBeLessThan(0.3);
    expect(sharpness.hasSmearedPart()).toBe(true);
  });

  it('has none where only a strip is smeared, as some textures are', () => {
    const strip = { x: 512, y: 384, w: 40, h: 300 };
    expect(tileSharpness(blocks(strip), WHOLE).hasSmearedPart()).toBe(false);
  });

  it('has none where nothing has detail', () => {
    const data = new Uint8Array(3 * 64 * 64).fill(90);
    const flat = tileSharpness({ width: 64, height: 64, data }, { x: 0, y: 0, w: 64, h: 64 });
    expect(flat.hasSmearedPart()).toBe(false);
  });
});
