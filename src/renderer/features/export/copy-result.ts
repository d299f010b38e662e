/** Copies the current photo with its result to the clipboard, as it would be exported. */
import { PYRAMID_TILE, type PixelAddress } from '../../../shared/protocol/pixels.js';
import { isEverywhere, rasteriseBands } from '../../../shared/regions/index.js';
import type { Rect } from '../../../shared/contracts/restore.js';
import type { PhotoState } from '../../editor/photo.svelte.js';
import { loadPicture } from '../../canvas/pictures.js';
import { levelSize, tilesIn } from '../../canvas/pyramid.js';
import { pyramidOf } from '../../editor/result/sides.js';
import { widestContext } from '../../canvas/surface.js';
import * as m from '#texts/messages.js';
import type { Editor } from '../../editor/editor.svelte.js';
import { megapixels } from '../../texts/format.js';
import { locale } from '../../texts/locale.svelte.js';

/** Copies the photo as PNG and reports its size and whether it is complete. */
export async function copyResult(editor: Editor): Promise<void> {
  const { photo, view, notices, api } = editor;
  if (photo === null) return;
  const { width, height } = photo.info;
  const visible = view.visible ?? { x: 0, y: 0, w: width, h: height };
  const plan = planFlat(photo.info, visible);
  const picture = flatPicture(new AbortController().signal, photo, plan, (address) =>
    api.pixelUrl(address),
  );
  const waiting = notices.show('info', m.copy_running(), null);
  try {
    // Browsers require the promise itself as part of the user's action, not the finished picture.
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': picture })]);
    const size = megapixels(plan.rect.w, plan.rect.h, locale());
    notices.show('done', plan.full ? m.copy_done({ size }) : m.copy_view({ size }));
  } catch {
    notices.show('warning', m.copy_failed());
  }
  notices.dismiss(waiting);
}

/** Larger pictures are slow to encode, and few programs accept them. */
const MAX_PIXELS = 16e6;

interface FlatPlan {
  readonly level: number;
  /** Area in pixels of the level. */
  readonly rect: Rect;
  /** The whole photo at full size. */
  readonly full: boolean;
}

/**
 * Plans a copy of the whole photo if it is small enough, else of the visible part, as fine as
 * possible.
 */
export function planFlat(
  photo: { readonly width: number; readonly height: number; readonly levels: number },
  visible: Rect,
): FlatPlan {
  const whole = { x: 0, y: 0, w: photo.width, h: photo.height };
  if (whole.w * whole.h <= MAX_PIXELS) return { level: 0, rect: whole, full: true };
  for (let level = 0; ; level++) {
    const size = levelSize(photo, level);
    const [sx, sy] = [size.width / photo.width, size.height / photo.height];
    const [x, y] = [Math.floor(visible.x * sx), Math.floor(visible.y * sy)];
    const w = Math.min(size.width, Math.ceil((visible.x + visible.w) * sx)) - x;
    const h = Math.min(size.height, Math.ceil((visible.y + visible.h) * sy)) - y;
    if (w * h <= MAX_PIXELS || level >= photo.levels - 1) {
      return { level, rect: { x, y, w, h }, full: false };
    }
  }
}

/** Renders the planned copy as PNG in the widest colour space that the browser supports. */
async function flatPicture(
  signal: AbortSignal,
  photo: PhotoState,
  { level, rect }: FlatPlan,
  pixelUrl: (address: PixelAddress) => string,
): Promise<Blob> {
  const { info, regions, strength } = photo;
  const canvas = blank(rect);
  const context = widestContext(canvas);
  const cells = cellsOf(info, level, rect);
  for (const cell of cells) {
    const url = pixelUrl({ kind: 'original', photo: info.photo, ...cell });
    drawCell(context, await loadPicture(signal, url), cell, rect);
  }
  const pyramid = pyramidOf(photo, 'current');
  if (pyramid !== null && strength > 0) {
    const layer = blank(rect);
    const over = widestContext(layer);
    const { version } = photo.model;
    for (const cell of cells) {
      drawCell(
        over,
        await loadPicture(signal, pixelUrl({ ...pyramid, ...cell, version })),
        cell,
        rect,
      );
    }
    if (!isEverywhere(regions)) await cutOut(signal, over, photo, level, rect);
    context.globalAlpha = strength;
    context.drawImage(layer, 0, 0);
  }
  return canvas.convertToBlob({ type: 'image/png' });
}

type Cell = ReturnType<typeof tilesIn>[number];

function cellsOf(photo: PhotoState['info'], level: number, rect: Rect): Cell[] {
  const size = levelSize(photo, level);
  const [sx, sy] = [photo.width / size.width, photo.height / size.height];
  const seen = { x: rect.x * sx, y: rect.y * sy, w: rect.w * sx, h: rect.h * sy };
  return tilesIn(seen, photo, level);
}

function drawCell(
  context: OffscreenCanvasRenderingContext2D,
  picture: ImageBitmap,
  cell: Cell,
  rect: Rect,
): void {
  context.drawImage(picture, cell.column * PYRAMID_TILE - rect.x, cell.row * PYRAMID_TILE - rect.y);
  picture.close();
}

/** Cuts the layer to the regions; yields to the window between bands. */
async function cutOut(
  signal: AbortSignal,
  context: OffscreenCanvasRenderingContext2D,
  { regions, info }: PhotoState,
  level: number,
  rect: Rect,
): Promise<void> {
  const mask = blank(rect);
  const alpha = widestContext(mask);
  for (const band of rasteriseBands(regions, info, { rect, scale: 1 / 2 ** level })) {
    const pixels = new ImageData(band.rect.w, band.rect.h);
    band.coverage.forEach((value, i) => (pixels.data[i * 4 + 3] = value));
    alpha.putImageData(pixels, band.rect.x - rect.x, band.rect.y - rect.y);
    await new Promise((resolve) => setTimeout(resolve));
    signal.throwIfAborted();
  }
  context.globalCompositeOperation = 'destination-in';
  context.drawImage(mask, 0, 0);
}

function blank({ w, h }: Rect): OffscreenCanvas {
  return new OffscreenCanvas(w, h);
}
