/** How much of a photo goes to the clipboard. */
import { describe, expect, it } from 'vitest';
import { planFlat } from '../../src/renderer/features/export/copy-result.js';

const seen = { x: 1000.5, y: 500.25, w: 2000, h: 1500 };

describe('a copy of the photo', () => {
  it('is all of it at its own size up to 16 megapixels', () => {
    const plan = planFlat({ width: 4000, height: 4000, levels: 4 }, seen);
    expect(plan).toEqual({ level: 0, rect: { x: 0, y: 0, w: 4000, h: 4000 }, full: true });
  });

  it('is what is seen of a larger one, at its own size where that is small enough', () => {
    const plan = planFlat({ width: 8660, height: 5773, levels: 6 }, seen);
    expect(plan).toEqual({ level: 0, rect: { x: 1000, y: 500, w: 2001, h: 1501 }, full: false });
  });

  it('is coarser when all of a large one is seen, and stays inside it', () => {
    const photo = { width: 8661, height: 5773, levels: 6 };
    const { level, rect, full } = planFlat(photo, { x: 0, y: 0, w: 8661, h: 5773 });
    expect([level, full]).toEqual([1, false]);
    expect(rect).toEqual({ x: 0, y: 0, w: 4331, h: 2887 });
  });
});
