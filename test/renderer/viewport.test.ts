/** Viewport of the photo on the canvas. */
import { describe, expect, it } from 'vitest';
import * as v from '../../src/renderer/canvas/viewport.js';

const photo = { width: 6000, height: 4000 };
const pane = { width: 1200, height: 800 };
const middle = { x: 600, y: 400 };
const whole = v.fit(photo, pane);

describe('fitting', () => {
  it('shows the whole photo, centred', () => {
    expect(whole).toEqual({ scale: 0.2, x: 3000, y: 2000 });
    expect(v.visibleRect(whole, photo, pane)).toEqual({ x: 0, y: 0, w: 6000, h: 4000 });
  });

  it('leaves a margin and never enlarges', () => {
    expect(v.fitScale(photo, pane, 100)).toBeCloseTo(600 / 4000);
    expect(v.fitScale({ width: 40, height: 30 }, pane)).toBe(1);
  });

  it('works with an empty pane', () => {
    expect(v.fitScale(photo, { width: 0, height: 0 }, 16)).toBeGreaterThan(0);
  });
});

describe('zooming', () => {
  it('keeps the point under the pointer', () => {
    const at = { x: 300, y: 250 };
    const start = v.limit({ scale: 0.5, x: 3000, y: 2000 }, photo, pane);
    const before = v.toPhoto(start, pane, at);
    const after = v.toPhoto(v.zoomTo(start, 3, at, photo, pane), pane, at);
    expect(after.x).toBeCloseTo(before.x);
    expect(after.y).toBeCloseTo(before.y);
  });

  it('stays within its limits', () => {
    expect(v.zoomTo(whole, 1e6, middle, photo, pane).scale).toBe(v.MAX_SCALE);
    expect(v.zoomTo(whole, 0, middle, photo, pane).scale).toBe(0.1);
  });

  it('steps through round scales and the fitted one, and back', () => {
    const up: number[] = [];
    let view = v.zoomTo(whole, 0.1, middle, photo, pane);
    for (let i = 0; i < 6; i++) {
      view = v.zoomStep(view, 1, middle, photo, pane);
      up.push(view.scale);
    }
    expect(up).toEqual([1 / 8, 1 / 6, 0.2, 1 / 4, 1 / 3, 1 / 2]);
    expect(v.zoomStep(view, -1, middle, photo, pane).scale).toBe(1 / 3);
  });

  it('stops at the last step', () => {
    const most = v.zoomTo(whole, v.MAX_SCALE, middle, photo, pane);
    expect(v.zoomStep(most, 1, middle, photo, pane)).toEqual(most);
  });

  it('undoes a wheel turn by the opposite turn', () => {
    expect(v.wheelFactor(120, 0, false) * v.wheelFactor(-120, 0, false)).toBeCloseTo(1);
    expect(v.wheelFactor(-100, 0, false)).toBeGreaterThan(1);
    expect(v.wheelFactor(3, 1, false)).toBeCloseTo(v.wheelFactor(48, 0, false));
    expect(v.wheelFactor(1e9, 0, false)).toBeGreaterThan(0.5);
  });
});

describe('panning', () => {
  const near = v.zoomTo(whole, 1, middle, photo, pane);

  it('moves the photo with the pointer', () => {
    const moved = v.pan(near, 30, -10, photo, pane);
    expect(moved).toEqual({ scale: 1, x: near.x - 30, y: near.y + 10 });
  });

  it('does not move a photo that fits', () => {
    expect(v.pan(whole, 500, 500, photo, pane)).toEqual(whole);
  });

  it('keeps the photo in reach', () => {
    const { x, y } = v.pan(near, -1e6, 1e6, photo, pane);
    const seen = v.visibleRect({ scale: 1, x, y }, photo, pane);
    expect(seen.w).toBeGreaterThan(1000);
    expect(seen.h).toBeGreaterThan(600);
  });

  it('does not jump where the photo outgrows the pane', () => {
    const hair = v.limit({ scale: 0.2001, x: 0, y: 0 }, photo, pane);
    expect(Math.abs(hair.x - 3000)).toBeLessThan(5);
  });

  it('moves by keys in steps of layout pixels and pages of nearly a pane', () => {
    const step = v.panKey(near, 'ArrowRight', false, 2, photo, pane);
    expect(step.x - near.x).toBe(128);
    const page = v.panKey(near, 'ArrowUp', true, 2, photo, pane);
    expect(near.y - page.y).toBe(640);
  });
});

describe('coordinates', () => {
  it('convert to the photo and back', () => {
    const view = { scale: 2.5, x: 1234.5, y: 987 };
    const at = v.toPane(view, pane, v.toPhoto(view, pane, { x: 77, y: 701 }));
    expect(at.x).toBeCloseTo(77);
    expect(at.y).toBeCloseTo(701);
  });

  it('place the corner on a whole device pixel', () => {
    const corner = v.origin({ scale: 1, x: 100.3, y: 50.7 }, pane);
    expect(corner).toEqual({ x: 500, y: 349 });
  });

  it('keep a dragged box inside the photo in every direction', () => {
    const box = v.dragRect({ x: 100, y: 5000 }, { x: -50, y: 3900 }, photo);
    expect(box).toEqual({ x: 0, y: 3900, w: 100, h: 100 });
    const outside = v.dragRect({ x: -9, y: -9 }, { x: -1, y: -1 }, photo);
    expect([outside.w, outside.h]).toEqual([0, 0]);
  });
});
