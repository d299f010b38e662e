/** The blur map's strokes, and the figures of a photo's blur. */
import { describe, expect, it } from 'vitest';
import { BlurField } from '../../src/main/blur/blur-field.js';
import { drawStrokes } from '../../src/main/blur/blur-strokes.js';
import {
  blurSummary,
  focusWarning,
  longBlurWarning,
  readBlur,
} from '../../src/main/blur/blur-summary.js';
import { planGrid } from '../../src/main/tiling/grid.js';
import { blurColour, blurPlace } from '../../src/shared/contracts/blur-scale.js';

const TILE = { multipleOf: 8, min: 32, max: 256, preferred: 128, overlap: 16, fixed: false };
const PHOTO = { width: 192, height: 192 };
const MOVED = [0.1, 0.8, 0.1] as const;

/** A cell's blur: length in px, direction in radians, probabilities of its kind. */
type Cell = readonly [length: number, direction: number, kind: readonly number[]];

/** Fills a photo of 192 × 192 px by its cells of 8 × 8; `null` everywhere = nothing is known. */
function field(cellAt: (x: number, y: number) => Cell): BlurField {
  const made = new BlurField();
  const grid = planGrid(PHOTO.width, PHOTO.height, TILE);
  for (const tile of grid.tiles) {
    const [h, w] = [grid.tileHeight / 8, grid.tileWidth / 8];
    const extent = new Float32Array(3 * h * w);
    const kind = new Float32Array(3 * h * w);
    for (let i = 0; i < h * w; i++) {
      const [x, y] = [tile.x + (i % w) * 8, tile.y + Math.floor(i / w) * 8];
      const [length, direction, kinds] = cellAt(x, y);
      const [cos, sin] = [Math.cos(direction), Math.sin(direction)];
      const covariance = [cos * cos, cos * sin, sin * sin].map((v) => (v * length ** 2) / 12);
      for (let c = 0; c < 3; c++) {
        extent[c * h * w + i] = covariance[c]!;
        kind[c * h * w + i] = kinds[c]!;
      }
    }
    const shape = [3, h, w];
    made.add(0, grid, tile, { shape, data: extent }, { shape, data: kind });
  }
  return made;
}

/** Returns colour and opacity of a pixel. */
function pixelAt(picture: ReturnType<typeof drawStrokes>, x: number, y: number): number[] {
  const at = 4 * (y * picture.width + x);
  return [...picture.data.subarray(at, at + 4)];
}

describe('the blur map', () => {
  it('has a stroke along the motion, as long as the blur, in the colour of its length', () => {
    const picture = drawStrokes(
      field(() => [20, 0, MOVED]),
      PHOTO,
    );
    expect([picture.width, picture.height, picture.channels]).toEqual([192, 192, 4]);
    const colour = [...blurColour(blurPlace(20)), 255];
    for (const x of [16, 24, 32]) expect(pixelAt(picture, x, 24)).toEqual(colour);
    for (const [x, y] of [
      [9, 24],
      [39, 24],
      [24, 16],
      [24, 32],
    ] as const) {
      expect(pixelAt(picture, x, y)[3]).toBe(0);
    }
    const steep = drawStrokes(
      field(() => [20, Math.PI / 2, MOVED]),
      PHOTO,
    );
    expect(pixelAt(steep, 24, 32)).toEqual(colour);
    expect(pixelAt(steep, 32, 24)[3]).toBe(0);
  });

  it('has gaps between strokes, however long the blur is', () => {
    const picture = drawStrokes(
      field((_, y) => [200, 0, y < 48 ? MOVED : [1, 0, 0]]),
      PHOTO,
    );
    expect(pixelAt(picture, 42, 24)[3]).toBe(255);
    expect(pixelAt(picture, 47, 24)[3]).toBe(0);
    expect(pixelAt(picture, 24, 24).slice(0, 3)).toEqual([...blurColour(1)]);
  });

  it('shows strokes at the scale of the picture', () => {
    const picture = drawStrokes(
      field(() => [40, 0, MOVED]),
      PHOTO,
      2,
    );
    expect([picture.width, picture.height]).toEqual([96, 96]);
    expect(pixelAt(picture, 32, 24)[3]).toBe(255);
    expect(pixelAt(picture, 40, 24)[3]).toBe(0);
  });

  it('has a dot where a place is sharp, a ring where it is defocused', () => {
    const picture = drawStrokes(
      field((x) => [1, 0, x < 96 ? [0.9, 0.05, 0.05] : [0.05, 0.05, 0.9]]),
      PHOTO,
    );
    expect(pixelAt(picture, 24, 24)[3]).toBe(255);
    expect(pixelAt(picture, 30, 24)[3]).toBe(0);
    expect(pixelAt(picture, 167, 167)[0]).toBeLessThan(100);
    expect(pixelAt(picture, 172, 168)[0]).toBeGreaterThan(200);
  });

  it('is transparent where the blur is unknown', () => {
    const { data } = drawStrokes(new BlurField(), PHOTO);
    expect(data.every((value) => value === 0)).toBe(true);
  });
});

describe('the scale of lengths', () => {
  it('is logarithmic from 2 to 160 px and ends there', () => {
    expect([1, 2, 160, 500].map(blurPlace)).toEqual([0, 0, 1, 1]);
    expect(blurPlace(Math.sqrt(2 * 160))).toBeCloseTo(0.5);
  });
});

describe('the figures of the blur', () => {
  it('are median and 95th percentile of the moved places, and shares of all', () => {
    const blur = field((x, y) => {
      if (y >= 96) return [3, 0, [0.1, 0.1, 0.8]];
      return x < 96 ? [10, 1, MOVED] : [30, 1, [0.9, 0.05, 0.05]];
    });
    const summary = blurSummary(readBlur(blur, PHOTO));
    expect(summary).toEqual({ extent: 10, longest: 10, moved: 0.25, defocused: 0.5 });
  });

  it('have no length if nothing has moved, or nothing is known', () => {
    const still = field(() => [1, 0, [1, 0, 0]]);
    const none = { extent: null, longest: null, moved: 0, defocused: 0 };
    expect(blurSummary(readBlur(still, PHOTO))).toEqual(none);
    expect(blurSummary(readBlur(new BlurField(), PHOTO))).toEqual(none);
  });

  it('come with a warning if more than a tenth of the motion is longer than 200 px', () => {
    const reading = (share: number) =>
      readBlur(
        field((x) => [x < 192 * share ? 243 : 150, 0, MOVED]),
        PHOTO,
      );
    expect(longBlurWarning(reading(0.2), 'auto')).toEqual({
      ...{ code: 'blur-too-long', params: { reason: 'full-size', extent: 240 } },
    });
    const reduced = longBlurWarning(reading(0.2), 'half');
    expect(reduced?.params).toEqual({ reason: 'reduced', extent: 240 });
    expect(longBlurWarning(reading(0.05), 'auto')).toBeNull();
  });

  it('come without a warning if hardly anything has moved', () => {
    const blur = field((x, y) => [300, 0, x < 16 && y < 16 ? MOVED : [1, 0, 0]]);
    expect(longBlurWarning(readBlur(blur, PHOTO), 'auto')).toBeNull();
  });

  it('come with a warning if more is out of focus than has moved, and a tenth of the photo', () => {
    const reading = (unfocused: number, moved: number) =>
      readBlur(
        field((x) => {
          if (x < 192 * unfocused) return [8, 0, [0, 0, 1]];
          return [8, 0, x < 192 * (unfocused + moved) ? MOVED : [1, 0, 0]];
        }),
        PHOTO,
      );
    expect(focusWarning(reading(0.5, 0.25))).toEqual({
      ...{ code: 'out-of-focus', params: { percent: 50 } },
    });
    expect(focusWarning(reading(0.25, 0.5))).toBeNull();
    expect(focusWarning(reading(0.05, 0))).toBeNull();
  });
});
