/** Part of a photo that is copied to the clipboard. */
import { describe, expect, it } from 'vitest';
import { planFlat } from '../../src/renderer/features/export/copy-result.js';

const seen = { x: 1000.5, y: 500.25, w: 2000, h: 1500 };

describe('the plan of a copy', () => {
  it('covers the whole photo at full size up to 16 megapixels', () => {
    const plan = planFlat({ width: 4000, height: 4000, levels: 4 }, seen);
    expect(plan).toEqual({ level: 0, rect: { x: 0, y: 0, w: 4000, h: 4000 }, full: true });
  });

  it('covers the visible part of a larger photo at full size if that is small enough', () => {
    const plan = planFlat({ width: 8660, height: 5773, levels: 6 }, seen);
    expect(plan).toEqual({ level: 0, rect: { x: 1000, y: 500, w: 2001, h: 1501 }, full: false });
  });

  it('uses a coarser level if a large photo is visible as a whole, and stays inside it', () => {
    const photo = { width: 8661, height: 5773, levels: 6 };
    const { level, rect, full } = planFlat(photo, { x: 0, y: 0, w: 8661, h: 5773 });
    expect([level, full]).toEqual([1, false]);
    expect(rect).toEqual({ x: 0, y: 0, w: 4331, h: 2887 });
  });
});
