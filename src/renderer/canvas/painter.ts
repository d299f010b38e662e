/** Draws the panes of the canvas: original, result over it, difference, overlays. */
import type { Rect } from '../../shared/contracts/restore.js';
import { DIFFERENCE_DOUBLINGS, type Pane } from './compare.js';
import { keepCovered } from './draw-coverage.js';
import { drawOverlay, drawPixelGrid } from './draw-overlays.js';
import { drawTiles } from './draw-tiles.js';
import type { Picture, Placement, ResultLayer, Scene, TileSource } from './layers.js';
import { Scratch } from './surface.js';

type DrawnScene = Scene<Picture, TileSource>;
type DrawnResult = ResultLayer<Picture, TileSource>;

/** Block that is composed at once, in device pixels; less than a megabyte. */
const BLOCK = { w: 512, h: 384 };

export class Painter {
  readonly #layer = new Scratch();
  readonly #second = new Scratch();
  readonly #third = new Scratch();

  /** Draws the whole canvas. */
  draw(context: OffscreenCanvasRenderingContext2D, scene: DrawnScene): void {
    const { canvas } = context;
    context.reset();
    context.fillStyle = scene.palette.surround;
    context.fillRect(0, 0, canvas.width, canvas.height);
    for (const pane of scene.panes) {
      for (const clip of blocks(pane.clip)) this.#pane(context, scene, { ...pane, clip });
    }
  }

  #pane(context: OffscreenCanvasRenderingContext2D, scene: DrawnScene, pane: Pane): void {
    const place = placement(scene, pane);
    context.save();
    context.beginPath();
    context.rect(pane.clip.x, pane.clip.y, pane.clip.w, pane.clip.h);
    context.clip();
    context.translate(pane.frame.x, pane.frame.y);
    if (pane.content === 'difference') this.#difference(context, scene, place);
    else {
      drawTiles(context, place, scene.original);
      if (pane.content !== 'original') this.#result(context, scene[pane.content], place);
    }
    if (scene.pixelGrid) drawPixelGrid(context, place);
    for (const overlay of scene.overlays) drawOverlay(context, place, overlay, this.#layer);
    context.restore();
  }

  #result(
    context: OffscreenCanvasRenderingContext2D,
    result: DrawnResult | null,
    place: Placement,
  ): void {
    if (result === null || result.strength <= 0) return;
    if (result.strength >= 1 && result.coverage === null) {
      drawTiles(context, place, result.tiles);
      return;
    }
    // On a layer of its own, as replacement tiles overlap and would show through each other.
    const layer = this.#layer.begin(place);
    drawTiles(layer, place, result.tiles);
    if (result.coverage !== null) keepCovered(layer, place, result.coverage);
    context.save();
    context.globalAlpha = result.strength;
    this.#layer.drawOn(context, place);
    context.restore();
  }

  #difference(
    context: OffscreenCanvasRenderingContext2D,
    scene: DrawnScene,
    place: Placement,
  ): void {
    const other = this.#third.begin(place);
    drawTiles(other, place, scene.original);
    this.#result(other, scene.left, place);
    const layer = this.#second.begin(place);
    drawTiles(layer, place, scene.original);
    this.#result(layer, scene.right, place);
    layer.globalCompositeOperation = 'difference';
    this.#third.drawOn(layer, place);
    layer.globalCompositeOperation = 'lighter';
    for (let i = 0; i < DIFFERENCE_DOUBLINGS; i++) this.#second.drawOn(layer, place);
    this.#second.drawOn(context, place);
  }
}

/**
 * Splits a rectangle into blocks. Composing in blocks is far cheaper: each use of a changed canvas
 * copies it, and small copies stay in the cache.
 */
function* blocks({ x, y, w, h }: Rect): Generator<Rect> {
  for (let top = y; top < y + h; top += BLOCK.h) {
    for (let left = x; left < x + w; left += BLOCK.w) {
      yield {
        x: left,
        y: top,
        w: Math.min(BLOCK.w, x + w - left),
        h: Math.min(BLOCK.h, y + h - top),
      };
    }
  }
}

function placement(scene: DrawnScene, pane: Pane): Placement {
  const { photo, view, level, levels, pixelRatio, palette } = scene;
  const { frame } = pane;
  return {
    ...{ photo, view, level, levels, pixelRatio, palette },
    frame: { width: frame.w, height: frame.h },
    clip: { ...pane.clip, x: pane.clip.x - frame.x, y: pane.clip.y - frame.y },
  };
}
