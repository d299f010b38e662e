/**
 * Draws the blur of a photo as a field of short strokes: a stroke lies in the direction of the
 * motion and is as long as the blur, in a colour that tells its length (blur-scale.ts). A dot marks
 * a sharp place, a ring a defocused one; unknown places stay transparent.
 */
import type { Size } from '../../shared/core/geometry.js';
import { blurColour, blurPlace } from '../../shared/contracts/blur-scale.js';
import { directionOf, extentOf, type BlurField, type CellBlur } from './blur-field.js';

/** Distance of the strokes in pixels of the picture. */
const PITCH = 48;
/** Longest stroke as a share of this distance, its ends included. */
const LONGEST = 0.92;
/** Half the width of a stroke, and of the dark line around it that shows it on any photo. */
const RADIUS = 2;
const OUTLINE = 1.25;
/** Radius of a ring. */
const RING = 4;
/** Samples of the field per side of a place. */
const SAMPLES = 4;
const PALE = [225, 225, 225] as const;

export interface StrokePicture {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue and opacity. */
  readonly channels: 4;
  readonly data: Uint8Array;
}

/** Mark of one place, in pixels of the picture. */
interface Mark {
  readonly x: number;
  readonly y: number;
  readonly kind: 'stroke' | 'dot' | 'ring';
  /** Half the stroke as a vector. */
  readonly dx: number;
  readonly dy: number;
  readonly colour: readonly [number, number, number];
}

/**
 * Returns the strokes of a photo of the given size. `step`: photo pixels per pixel of the picture.
 * `zoom` enlarges the pattern, so that pictures of several sizes look alike.
 */
export function drawStrokes(field: BlurField, photo: Size, step = 1, zoom = 1): StrokePicture {
  const [width, height] = [Math.ceil(photo.width / step), Math.ceil(photo.height / step)];
  const data = new Uint8Array(width * height * 4);
  const pitch = PITCH * zoom;
  const columns = Math.max(1, Math.round(width / pitch));
  const rows = Math.max(1, Math.round(height / pitch));
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const place = {
        ...{ x: (column * width) / columns, y: (row * height) / rows },
        ...{ w: width / columns, h: height / rows },
      };
      const blur = meanOver(field, place, step);
      if (blur === null) continue;
      const longest = LONGEST * pitch - 2 * (RADIUS + OUTLINE) * zoom;
      draw({ width, height, channels: 4, data }, markOf(blur, place, step, longest), zoom);
    }
  }
  return { width, height, channels: 4, data };
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** Returns the mean blur of a place, its motion that of the moved samples; `null` = unknown. */
function meanOver(field: BlurField, { x, y, w, h }: Place, step: number): CellBlur | null {
  const sum = { cxx: 0, cxy: 0, cyy: 0, moved: 0, defocused: 0 };
  let known = 0;
  for (let i = 0; i < SAMPLES ** 2; i++) {
    const across = ((i % SAMPLES) + 0.5) / SAMPLES;
    const down = (Math.floor(i / SAMPLES) + 0.5) / SAMPLES;
    const blur = field.at((x + across * w) * step, (y + down * h) * step);
    if (blur === null) continue;
    known++;
    sum.cxx += blur.moved * blur.cxx;
    sum.cxy += blur.moved * blur.cxy;
    sum.cyy += blur.moved * blur.cyy;
    sum.moved += blur.moved;
    sum.defocused += blur.defocused;
  }
  if (known === 0) return null;
  const weight = Math.max(sum.moved, 1e-6);
  return {
    ...{ cxx: sum.cxx / weight, cxy: sum.cxy / weight, cyy: sum.cyy / weight },
    ...{ moved: sum.moved / known, defocused: sum.defocused / known },
  };
}

function markOf(blur: CellBlur, { x, y, w, h }: Place, step: number, longest: number): Mark {
  const centre = { x: x + w / 2, y: y + h / 2, dx: 0, dy: 0 };
  if (blur.moved < 0.5) {
    return { ...centre, kind: blur.defocused >= 0.5 ? 'ring' : 'dot', colour: PALE };
  }
  const extent = extentOf(blur);
  const half = Math.min(extent / step, longest) / 2;
  const direction = directionOf(blur);
  return {
    ...centre,
    ...{ kind: 'stroke', dx: half * Math.cos(direction), dy: half * Math.sin(direction) },
    colour: blurColour(blurPlace(extent)),
  };
}

/** Draws a mark with smooth edges. */
function draw({ width, height, data }: StrokePicture, mark: Mark, zoom: number): void {
  const { x, y, kind, dx, dy, colour } = mark;
  const [radius, outline, ring] = [RADIUS * zoom, OUTLINE * zoom, RING * zoom];
  const reach = radius + outline + (kind === 'ring' ? ring : 0) + 1;
  const left = Math.max(0, Math.floor(x - Math.abs(dx) - reach));
  const right = Math.min(width - 1, Math.ceil(x + Math.abs(dx) + reach));
  const top = Math.max(0, Math.floor(y - Math.abs(dy) - reach));
  const bottom = Math.min(height - 1, Math.ceil(y + Math.abs(dy) + reach));
  for (let py = top; py <= bottom; py++) {
    for (let px = left; px <= right; px++) {
      const away = distance(px + 0.5 - x, py + 0.5 - y, dx, dy);
      const far = kind === 'ring' ? Math.abs(away - ring) + radius / 2 : away;
      const opacity = Math.min(1, Math.max(0, radius + outline + 0.5 - far));
      if (opacity === 0) continue;
      const share = Math.min(1, Math.max(0, radius + 0.5 - far));
      const at = 4 * (py * width + px);
      if (data[at + 3]! > 255 * opacity) continue;
      for (let c = 0; c < 3; c++) data[at + c] = Math.round(colour[c]! * share);
      data[at + 3] = Math.round(255 * opacity);
    }
  }
}

/** Returns the distance of a point from the line between -(dx, dy) and (dx, dy). */
function distance(x: number, y: number, dx: number, dy: number): number {
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : Math.min(1, Math.max(-1, (x * dx + y * dy) / length));
  return Math.hypot(x - along * dx, y - along * dy);
}
