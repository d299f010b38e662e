/** Random documents, and slow but simple computations of what they should cover. */
import fc from 'fast-check';
import {
  encodeGrid,
  packPoints,
  rasterise,
  strokePath,
  type PhotoSize,
  type RegionDocument,
  type RegionOperation,
} from '../../../src/shared/regions/index.js';
import type { Rect } from '../../../src/shared/contracts/restore.js';

export const regions = (...operations: RegionOperation[]): RegionDocument => ({
  operations,
});

/** Returns a lasso around these points. */
export const lasso = (
  points: readonly (readonly [number, number])[],
  mode: 'add' | 'erase' = 'add',
): RegionOperation => ({ kind: 'lasso', mode, path: packPoints(points).text });

/** Returns the whole photo at a scale. */
export function whole(document: RegionDocument, photo: PhotoSize, scale = 1): Uint8Array {
  return rasterise(document, photo, { rect: frame(photo, scale), scale });
}

export function frame(photo: PhotoSize, scale: number): Rect {
  return {
    x: 0,
    y: 0,
    w: Math.ceil(photo.width * scale - 1e-6),
    h: Math.ceil(photo.height * scale - 1e-6),
  };
}

export function crop(bytes: Uint8Array, width: number, part: Rect): Uint8Array {
  const out = new Uint8Array(part.w * part.h);
  for (let y = 0; y < part.h; y++) {
    const start = (part.y + y) * width + part.x;
    out.set(bytes.subarray(start, start + part.w), y * part.w);
  }
  return out;
}

/** Returns the area of each pixel inside a shape, 0..255, from 32 × 32 samples. */
export function sampled(
  { w, h }: Rect,
  scale: number,
  inside: (x: number, y: number) => boolean,
): Float64Array {
  const n = 32;
  return Float64Array.from({ length: w * h }, (_, i) => {
    let hits = 0;
    for (let k = 0; k < n * n; k++) {
      const x = ((i % w) + ((k % n) + 0.5) / n) / scale;
      const y = (Math.floor(i / w) + (Math.floor(k / n) + 0.5) / n) / scale;
      if (inside(x, y)) hits++;
    }
    return (255 * hits) / (n * n);
  });
}

export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  return largest;
}

export const sum = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((total, value) => total + value, 0);

const coordinate = fc.double({ min: -10, max: 60, noNaN: true });
const length = fc.double({ min: 0.2, max: 40, noNaN: true });
const share = fc.double({ min: 0, max: 1, noNaN: true });
const mode = fc.constantFrom('add' as const, 'erase' as const);
const point = fc.tuple(coordinate, coordinate);
const box = { mode, x: coordinate, y: coordinate, w: length, h: length };
const grid = fc
  .tuple(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 9 }))
  .chain(([w, h]) =>
    fc.uint8Array({ minLength: w * h, maxLength: w * h }).map((values) => encodeGrid(w, h, values)),
  );

/** Points of a stroke, all with pressure or none. */
export const strokePoints = fc.oneof(
  fc.array(point, { minLength: 1, maxLength: 5 }),
  fc.array(fc.tuple(coordinate, coordinate, share), { minLength: 1, maxLength: 5 }),
);

export const brush = fc.record({
  kind: fc.constant('stroke' as const),
  mode,
  size: length,
  hardness: share,
  flow: share,
});

const stroke = fc
  .tuple(brush, strokePoints)
  .map(([fields, points]) => ({ ...fields, ...strokePath(points) }));

/** One operation of any kind except `clear`, for photos of about fifty pixels. */
export const operation: fc.Arbitrary<RegionOperation> = fc.oneof(
  { arbitrary: stroke, weight: 3 },
  fc.record({ kind: fc.constant('rectangle' as const), ...box }),
  fc.record({ kind: fc.constant('ellipse' as const), ...box }),
  fc
    .tuple(fc.array(point, { minLength: 3, maxLength: 7 }), mode)
    .map(([points, mode]) => lasso(points, mode)),
  fc.record({ kind: fc.constant('threshold' as const), mode, map: grid, threshold: share }),
  fc.record({ kind: fc.constant('bitmap' as const), mode, map: grid }),
  fc.constant({ kind: 'invert' as const }),
  fc.record({
    kind: fc.constant('feather' as const),
    radius: fc.double({ min: 0, max: 12, noNaN: true }),
  }),
  fc.record({
    kind: fc.constant('grow' as const),
    amount: fc.double({ min: -8, max: 8, noNaN: true }),
  }),
);

/** A photo, a scale, and a part of the photo at that scale. */
export const view = fc
  .record({
    width: fc.integer({ min: 1, max: 50 }),
    height: fc.integer({ min: 1, max: 50 }),
    scale: fc.constantFrom(1, 0.5, 0.3, 1.7),
    corners: fc.tuple(share, share, share, share),
  })
  .map(({ width, height, scale, corners }) => {
    const photo = { width, height };
    const { w, h } = frame(photo, scale);
    const [x0, x1] = [corners[0] * (w - 1), corners[1] * (w - 1)].sort((a, b) => a - b);
    const [y0, y1] = [corners[2] * (h - 1), corners[3] * (h - 1)].sort((a, b) => a - b);
    const [x, y] = [Math.floor(x0!), Math.floor(y0!)];
    const part = { x, y, w: Math.floor(x1!) - x + 1, h: Math.floor(y1!) - y + 1 };
    return { photo, scale, part };
  });
