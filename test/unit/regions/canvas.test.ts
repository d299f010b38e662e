/** Incremental updates of a mask give the bytes of a whole evaluation. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  rasterise,
  RegionCanvas,
  strokePath,
  type BrushPoint,
  type BrushStroke,
  type RegionOperation,
} from '../../../src/shared/regions/index.js';
import type { Rect } from '../../../src/shared/contracts/restore.js';
import { brush, operation, regions, strokePoints, view } from './helpers.js';

type Action =
  | { readonly kind: 'push'; readonly operation: RegionOperation }
  | {
      readonly kind: 'draw';
      readonly brush: Omit<BrushStroke, 'path' | 'pressure'>;
      readonly points: readonly BrushPoint[];
    }
  | { readonly kind: 'replace'; readonly operation: RegionOperation }
  | { readonly kind: 'undo'; readonly steps: number };

const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({
    kind: fc.constant('push' as const),
    operation: fc.oneof(operation, fc.constant({ kind: 'clear' as const })),
  }),
  fc.record({ kind: fc.constant('draw' as const), brush, points: strokePoints }),
  fc.record({ kind: fc.constant('replace' as const), operation }),
  fc.record({ kind: fc.constant('undo' as const), steps: fc.integer({ min: 1, max: 3 }) }),
);

/** Returns the documents that an action shows, in order. */
function documents(operations: readonly RegionOperation[], action: Action): RegionOperation[][] {
  switch (action.kind) {
    case 'push':
      return [[...operations, action.operation]];
    case 'draw':
      // As while the pointer moves: one point more each time.
      return action.points.map((_, i) => [
        ...operations,
        { ...action.brush, ...strokePath(action.points.slice(0, i + 1)) },
      ]);
    case 'replace':
      return [[...operations.slice(0, -1), action.operation]];
    case 'undo':
      return [operations.slice(0, Math.max(0, operations.length - action.steps))];
  }
}

it('equals rasterise after any sequence of actions', () => {
  fc.assert(
    fc.property(view, fc.array(action, { maxLength: 8 }), ({ photo, scale, part }, actions) => {
      const canvas = new RegionCanvas(photo, { rect: part, scale });
      let operations: RegionOperation[] = [];
      for (const step of actions) {
        for (const next of documents(operations, step)) {
          const before = canvas.coverage.slice();
          const changed = canvas.show(regions(...next));
          expect(canvas.coverage).toEqual(
            rasterise(regions(...next), photo, { rect: part, scale }),
          );
          expectChangesInside(before, canvas.coverage, part, changed);
          operations = next;
        }
      }
    }),
    { numRuns: 400 },
  );
});

function expectChangesInside(
  before: Uint8Array,
  after: Uint8Array,
  part: Rect,
  changed: Rect | null,
): void {
  after.forEach((value, i) => {
    if (value === before[i]) return;
    const x = part.x + (i % part.w);
    const y = part.y + Math.floor(i / part.w);
    expect(changed).not.toBeNull();
    expect(x).toBeGreaterThanOrEqual(changed!.x);
    expect(x).toBeLessThan(changed!.x + changed!.w);
    expect(y).toBeGreaterThanOrEqual(changed!.y);
    expect(y).toBeLessThan(changed!.y + changed!.h);
  });
}

it('changes only pixels that the new end of a growing stroke reaches', () => {
  const photo = { width: 1000, height: 800 };
  const canvas = new RegionCanvas(photo, { rect: { x: 0, y: 0, w: 1000, h: 800 }, scale: 1 });
  const brush = { kind: 'stroke', mode: 'add', size: 20, hardness: 1, flow: 1 } as const;
  const points: [number, number][] = [[100, 100]];
  const drawn = () => regions({ ...brush, ...strokePath(points) });
  canvas.show(drawn());
  points.push([200, 100]);
  canvas.show(drawn());
  points.push([210, 100]);
  const last = drawn();
  const changed = canvas.show(last);
  // From 200 - 10 to 210 + 10, and half a pixel for the soft rim.
  expect(changed).toEqual({ x: 189, y: 89, w: 32, h: 22 });
  expect(canvas.show({ ...last })).toBeNull();
});

describe('a mask of hundreds of strokes', () => {
  const photo = { width: 300, height: 200 };
  const view = { rect: { x: 10, y: 5, w: 120, h: 90 }, scale: 0.5 };
  const strokes = Array.from({ length: 400 }, (_, i): RegionOperation => {
    const x = (i * 37) % 300;
    const y = (i * 53) % 200;
    const mode = i % 5 === 4 ? 'erase' : 'add';
    const brush = { kind: 'stroke', mode, size: 20, hardness: 0.5, flow: 0.6 } as const;
    return {
      ...brush,
      ...strokePath([
        [x, y],
        [x + 30, y + 9],
      ]),
    };
  });
  const upTo = (count: number) => regions(...strokes.slice(0, count));
  const expected = (count: number) => rasterise(upTo(count), photo, view);

  it('equals rasterise after each of many undos and redos', () => {
    const canvas = new RegionCanvas(photo, view);
    canvas.show(upTo(400));
    for (const count of [399, 398, 340, 335, 334, 260, 120, 119, 3, 0, 1, 350, 351, 349, 400]) {
      canvas.show(upTo(count));
      expect(canvas.coverage, `${count} strokes`).toEqual(expected(count));
    }
  });

  it('equals rasterise after a stroke in the middle is removed and restored', () => {
    const canvas = new RegionCanvas(photo, view);
    canvas.show(upTo(400));
    for (const index of [399, 380, 200, 0]) {
      const rest = regions(...strokes.toSpliced(index, 1));
      canvas.show(rest);
      expect(canvas.coverage).toEqual(rasterise(rest, photo, view));
      canvas.show(upTo(400));
      expect(canvas.coverage).toEqual(expected(400));
    }
  });

  it('equals rasterise when strokes after a feathering are undone', () => {
    const canvas = new RegionCanvas(photo, view);
    const feather = { kind: 'feather', radius: 6 } as const;
    const softened = (count: number) =>
      regions(...strokes.slice(0, 200), feather, ...strokes.slice(200, count));
    for (const count of [400, 399, 201, 200, 300]) {
      canvas.show(softened(count));
      expect(canvas.coverage).toEqual(rasterise(softened(count), photo, view));
    }
    canvas.show(upTo(200));
    expect(canvas.coverage).toEqual(expected(200));
  });
});
