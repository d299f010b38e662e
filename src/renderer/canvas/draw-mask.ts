/**
 * Draws the mask over the photo in its hue with diagonal lines, so that it is recognisable without
 * the hue.
 */
import { coverageOn } from './draw-coverage.js';
import type { Overlay, Picture, Placement } from './layers.js';
import { widestContext, type Scratch } from './surface.js';
import { origin } from './viewport.js';

/** Distance of the lines in layout pixels. */
const STEP = 10;

let tile: { readonly key: string; readonly canvas: OffscreenCanvas } | null = null;

export function drawMask(
  context: OffscreenCanvasRenderingContext2D,
  place: Placement,
  overlay: Extract<Overlay<Picture>, { kind: 'mask' }>,
  scratch: Scratch,
): void {
  const layer = scratch.begin(place);
  coverageOn(layer, place, overlay.coverage);
  const { x, y, w, h } = place.clip;
  layer.globalCompositeOperation = 'source-in';
  layer.fillStyle = stripes(layer, place);
  layer.fillRect(x, y, w, h);
  context.globalAlpha = overlay.opacity;
  scratch.drawOn(context, place);
}

/** Returns a stripe pattern that moves with the photo; far cheaper than drawing lines. */
function stripes(
  context: OffscreenCanvasRenderingContext2D,
  place: Placement,
): CanvasPattern | string {
  const pattern = context.createPattern(stripeTile(place), 'repeat');
  if (pattern === null) return place.palette.mask;
  const { x, y } = origin(place.view, place.frame);
  pattern.setTransform(new DOMMatrix().translate(x, y));
  return pattern;
}

function stripeTile({ palette, pixelRatio }: Placement): OffscreenCanvas {
  const side = Math.max(4, Math.round(STEP * pixelRatio));
  const key = `${palette.mask} ${palette.maskLine} ${side}`;
  if (tile?.key === key) return tile.canvas;
  const canvas = new OffscreenCanvas(side, side);
  const context = widestContext(canvas);
  context.fillStyle = palette.mask;
  context.fillRect(0, 0, side, side);
  context.strokeStyle = palette.maskLine;
  context.lineWidth = side / 5;
  context.beginPath();
  // The line through the tile, and the ends of its neighbours in two corners.
  for (const shift of [-side, 0, side]) {
    context.moveTo(shift - side, 2 * side);
    context.lineTo(shift + 2 * side, -side);
  }
  context.stroke();
  tile = { key, canvas };
  return canvas;
}
