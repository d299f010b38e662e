/** Layout of the comparison on the canvas, and frame scheduling. */
import { describe, expect, it } from 'vitest';
import { panes, paneSize, splitKey } from '../../src/renderer/canvas/compare.js';
import type { CompareState } from '../../src/renderer/canvas/compare.js';
import {
  Comparison,
  parseSide,
  sideKey,
} from '../../src/renderer/editor/result/comparison.svelte.js';
import { FrameScheduler } from '../../src/renderer/canvas/frame.js';

const canvas = { width: 1001, height: 600 };
const state = (changes: Partial<CompareState>): CompareState => ({
  ...{ mode: 'split', split: 0.5, held: false, hasResult: true },
  ...changes,
});
const contents = (changes: Partial<CompareState>): string[] =>
  panes(canvas, state(changes)).map(({ content }) => content);

describe('the panes of a comparison', () => {
  it('show only the original without a result or while its key is held', () => {
    expect(contents({ hasResult: false })).toEqual(['original']);
    expect(contents({ held: true })).toEqual(['original']);
    expect(contents({ held: true, mode: 'difference' })).toEqual(['original']);
  });

  it('show both sides of the chosen mode', () => {
    expect(contents({ mode: 'result' })).toEqual(['right']);
    expect(contents({ mode: 'difference' })).toEqual(['difference']);
    expect(contents({ mode: 'split' })).toEqual(['left', 'right']);
  });

  it('split the canvas without gap or overlap over the same view', () => {
    for (const split of [0, 0.333, 0.5, 1]) {
      const [left, right] = panes(canvas, state({ split }));
      expect(left!.clip.w + right!.clip.w).toBe(canvas.width);
      expect(right!.clip.x).toBe(left!.clip.w);
      expect(left!.frame).toEqual(right!.frame);
    }
  });

  it('are equal halves side by side that stay in place while the key is held', () => {
    const side = state({ mode: 'side' });
    const [left, right] = panes(canvas, side);
    expect(left!.frame.w).toBe(right!.frame.w);
    expect(left!.frame.w).toBe(paneSize(canvas, side).width);
    expect(right!.frame.x).toBeGreaterThan(left!.frame.x + left!.frame.w);
    const held = state({ mode: 'side', held: true });
    expect(paneSize(canvas, held)).toEqual(paneSize(canvas, side));
    expect(contents({ mode: 'side', held: true })).toEqual(['left', 'original']);
  });
});

describe('the sides of a comparison', () => {
  const settings = { plugin: null, provider: 'auto', rois: [] } as never;

  it('are original and result by default, and can be swapped', () => {
    const comparison = new Comparison();
    expect([comparison.left, comparison.shown]).toEqual(['original', 'current']);
    comparison.swap();
    expect([comparison.left, comparison.shown]).toEqual(['current', 'original']);
    comparison.peek = { result: 'r-00000001', stage: 1 };
    expect(comparison.shown).toEqual({ result: 'r-00000001', stage: 1 });
    comparison.peek = null;
    comparison.reset();
    expect(comparison.shown).toBe('current');
  });

  it('can be any result of the session, listed once', () => {
    const comparison = new Comparison();
    for (const result of ['r-00000001', 'r-00000002', 'r-00000001']) {
      comparison.note({ result, settings, stages: ['a'] });
    }
    expect(comparison.results.map(({ result }) => result)).toEqual(['r-00000001', 'r-00000002']);
    expect(comparison.resultOf('net', 'net')).toBe('r-00000002');
    expect(comparison.resultOf('other', 'net')).toBeNull();
  });

  it.each(['original', 'current', { result: 'r-00000001', stage: 2 }] as const)(
    'convert to a key and back: %j',
    (side) => expect(parseSide(sideKey(side))).toEqual(side),
  );
});

describe('moving the split by keyboard', () => {
  it.each([
    ['ArrowLeft', false, 0.49],
    ['ArrowRight', false, 0.51],
    ['ArrowRight', true, 0.6],
    ['PageUp', false, 0.6],
    ['Home', false, 0],
    ['End', false, 1],
  ])('%s (large %s) goes to %f', (key, large, expected) => {
    expect(splitKey(0.5, key, large)).toBeCloseTo(expected);
  });

  it('stays inside the photo and ignores other keys', () => {
    expect(splitKey(0.005, 'ArrowLeft', false)).toBe(0);
    expect(splitKey(0.5, 'a', false)).toBeNull();
  });
});

describe('frame scheduling', () => {
  it('draws once per frame however often it is requested', () => {
    const queue: (() => void)[] = [];
    let drawn = 0;
    const frame = new FrameScheduler(
      () => drawn++,
      (callback) => queue.push(callback),
      () => queue.splice(0),
    );
    frame.schedule();
    frame.schedule();
    expect(queue).toHaveLength(1);
    queue.shift()!();
    expect(drawn).toBe(1);
    frame.schedule();
    expect(queue).toHaveLength(1);
    frame.stop();
    expect(queue).toHaveLength(0);
  });
});
