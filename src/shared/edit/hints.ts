/**
 * Hints: boxes and painted areas that get more work, and their conversion to the boxes that the
 * engine takes.
 */
import { z } from 'zod';
import { fitRegions, rasterise, RegionDocument, type PhotoSize } from '../regions/index.js';
import type { RoiHint } from '../contracts/restore.js';

export const HintFields = z.object({
  id: z.string().min(1).max(64),
  name: z.string().max(80),
  strength: z.number().min(0).max(1),
});

export const BoxHint = HintFields.extend({
  kind: z.literal('box'),
  /** Pixels of the upright photo; may reach past its edges. */
  x: z.number().min(-1e6).max(1e6),
  y: z.number().min(-1e6).max(1e6),
  w: z.number().positive().max(1e6),
  h: z.number().positive().max(1e6),
});

const PaintedHint = HintFields.extend({
  kind: z.literal('painted'),
  /** Unlike a mask, a hint without operations covers nothing. */
  paint: RegionDocument,
});

export const Hint = z.discriminatedUnion('kind', [BoxHint, PaintedHint]);
export type Hint = z.infer<typeof Hint>;
type PaintedHint = z.infer<typeof PaintedHint>;

export const MAX_HINTS = 200;
/** Most boxes that the engine takes. */
const MAX_BOXES = 1000;
/** Cells of a painted hint along the longer side, and the smallest side of a cell in pixels. */
const CELLS = 256;
const LEAST_CELL = 8;
/** Levels that the coverage of a painted hint is rounded to. */
const LEVELS = 4;

/**
 * Converts hints to boxes inside the photo. Painted areas become boxes on a grid, coarser if there
 * were too many.
 */
export function hintsToRois(hints: readonly Hint[], photo: PhotoSize): RoiHint[] {
  const active = hints.filter(({ strength }) => strength > 0);
  const boxes = active.flatMap((hint) => (hint.kind === 'box' ? clipBox(hint, photo) : []));
  const painted = active.filter((hint) => hint.kind === 'painted');
  const share = Math.floor((MAX_BOXES - boxes.length) / Math.max(1, painted.length));
  return [...boxes, ...painted.flatMap((hint) => paintedBoxes(hint, photo, share))];
}

function clipBox(box: RoiHint, photo: PhotoSize): RoiHint[] {
  const x = Math.max(0, box.x);
  const y = Math.max(0, box.y);
  const w = Math.min(photo.width, box.x + box.w) - x;
  const h = Math.min(photo.height, box.y + box.h) - y;
  return w > 0 && h > 0 ? [{ x, y, w, h, strength: box.strength }] : [];
}

/** Returns the finest scale at which a painted hint is rasterised. */
export function hintScale({ width, height }: PhotoSize): number {
  const side = Math.max(width, height);
  return 1 / Math.max(LEAST_CELL, 2 ** Math.ceil(Math.log2(side / CELLS)));
}

function paintedBoxes(hint: PaintedHint, photo: PhotoSize, most: number): RoiHint[] {
  if (hint.paint.operations.length === 0) return [];
  const side = Math.max(photo.width, photo.height);
  for (let cell = 1 / hintScale(photo); ; cell *= 2) {
    const boxes = boxesOfCells(hint, photo, cell);
    if (boxes.length <= most || cell >= side) return boxes.slice(0, most);
  }
}

/** Returns runs of equal cells, joined with equal runs of the row above. */
function boxesOfCells({ paint, strength }: PaintedHint, photo: PhotoSize, cell: number): RoiHint[] {
  const w = Math.ceil(photo.width / cell);
  const h = Math.ceil(photo.height / cell);
  const coverage = rasterise(paint, photo, { rect: { x: 0, y: 0, w, h }, scale: 1 / cell });
  const levels = coverage.map((value) => Math.round((value * LEVELS) / 255));
  const boxes: { x: number; y: number; w: number; h: number; strength: number }[] = [];
  let above = new Map<string, (typeof boxes)[number]>();
  for (let row = 0; row < h; row++) {
    const here = new Map<string, (typeof boxes)[number]>();
    for (let from = 0, to = 0; from < w; from = to) {
      const level = levels[row * w + from]!;
      while (to < w && levels[row * w + to] === level) to++;
      if (level === 0) continue;
      const key = `${from} ${to} ${level}`;
      let box = above.get(key);
      if (box) box.h++;
      else {
        box = { x: from, y: row, w: to - from, h: 1, strength: (strength * level) / LEVELS };
        boxes.push(box);
      }
      here.set(key, box);
    }
    above = here;
  }
  return boxes.flatMap((box) => {
    const [x, y] = [box.x * cell, box.y * cell];
    return clipBox({ x, y, w: box.w * cell, h: box.h * cell, strength: box.strength }, photo);
  });
}

/** Transfers hints from one photo to another, stretched as the photo is. */
export function hintsFor(hints: readonly Hint[], from: PhotoSize, to: PhotoSize): Hint[] {
  if (from.width === to.width && from.height === to.height) return [...hints];
  const across = to.width / from.width;
  const down = to.height / from.height;
  return hints.map((hint) => {
    if (hint.kind === 'painted') return { ...hint, paint: fitRegions(hint.paint, from, to) };
    const { x, y, w, h } = hint;
    return { ...hint, x: x * across, y: y * down, w: w * across, h: h * down };
  });
}
