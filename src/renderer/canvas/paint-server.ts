/**
 * Draws frames on the painter's thread, with tiles that it loads itself, and redraws when one
 * arrives.
 */
import { FrameScheduler } from './frame.js';
import type { Picture } from './layers.js';
import { mapScene } from './map-scene.js';
import type { Frame, PaintAnswer, PictureId, PictureUpdate } from './paint-protocol.js';
import { Painter } from './painter.js';
import { tileSource } from './photo-tiles.js';
import { BITMAP_STORE } from './pictures.js';
import { widestContext } from './surface.js';
import { TileCache } from './tile-cache.js';
import type { SheetPart } from './coverage-sheet.js';

const MAX_BYTES = 256 * 2 ** 20;

export class PaintServer {
  readonly #context: OffscreenCanvasRenderingContext2D;
  readonly #answer: (answer: PaintAnswer) => void;
  readonly #painter = new Painter();
  readonly #tiles: TileCache<ImageBitmap>;
  readonly #pictures = new Map<PictureId, ImageBitmap | CoveragePicture>();
  readonly #scheduler = new FrameScheduler(() => this.#draw());
  #frame: Frame | null = null;
  #answered = true;
  #failures = 0;

  constructor(canvas: OffscreenCanvas, answer: (answer: PaintAnswer) => void) {
    // Opaque, so that the browser need not blend the page behind.
    this.#context = widestContext(canvas, { alpha: false });
    this.#answer = answer;
    this.#tiles = new TileCache(BITMAP_STORE, {
      maxBytes: MAX_BYTES,
      changed: () => {
        this.#reportFailures();
        this.#scheduler.schedule();
      },
    });
  }

  show(frame: Frame): void {
    this.#frame = frame;
    this.#answered = false;
    for (const update of frame.pictures) this.#update(update);
    for (const id of frame.forget) this.#forget(id);
    this.#tiles.want(frame.requests);
    this.#reportFailures();
    this.#scheduler.schedule();
  }

  retry(): void {
    this.#tiles.retry();
    this.#reportFailures();
  }

  #draw(): void {
    try {
      if (this.#frame !== null) this.#paint(this.#frame);
    } finally {
      // Also after a failure, as the editor waits for this answer.
      if (!this.#answered) this.#answer({ kind: 'drawn' });
      this.#answered = true;
    }
  }

  #paint({ scene, size, surround }: Frame): void {
    const { canvas } = this.#context;
    if (canvas.width !== size.width || canvas.height !== size.height) {
      canvas.width = size.width;
      canvas.height = size.height;
    }
    if (scene === null) {
      this.#context.fillStyle = surround;
      this.#context.fillRect(0, 0, size.width, size.height);
    } else {
      const drawn = mapScene(scene, {
        picture: (id) => this.#picture(id),
        tiles: (pyramid) => tileSource(this.#tiles, pyramid),
      });
      this.#painter.draw(this.#context, drawn);
    }
  }

  #picture(id: PictureId): Picture {
    const picture = this.#pictures.get(id);
    if (picture === undefined) throw new Error(`Picture ${id} was never sent.`);
    return picture instanceof CoveragePicture ? picture.picture : picture;
  }

  #update(update: PictureUpdate): void {
    if ('bitmap' in update) {
      this.#pictures.set(update.id, update.bitmap);
      return;
    }
    let picture = this.#pictures.get(update.id);
    if (!(picture instanceof CoveragePicture)) {
      picture = new CoveragePicture(update.size.width, update.size.height);
      this.#pictures.set(update.id, picture);
    }
    picture.write(update.part);
  }

  #forget(id: PictureId): void {
    const picture = this.#pictures.get(id);
    if (picture instanceof ImageBitmap) picture.close();
    this.#pictures.delete(id);
  }

  #reportFailures(): void {
    const { failures } = this.#tiles;
    if (failures !== this.#failures) this.#answer({ kind: 'failures', count: failures });
    this.#failures = failures;
  }
}

class CoveragePicture {
  readonly picture: OffscreenCanvas;
  readonly #context: OffscreenCanvasRenderingContext2D;

  constructor(width: number, height: number) {
    this.picture = new OffscreenCanvas(width, height);
    // The canvas's own colour space; converting at every draw would cost time.
    this.#context = widestContext(this.picture);
  }

  write({ rect, coverage }: SheetPart): void {
    const pixels = new ImageData(rect.w, rect.h);
    const { data } = pixels;
    for (let i = 0; i < coverage.length; i++) data[4 * i + 3] = coverage[i]!;
    this.#context.putImageData(pixels, rect.x, rect.y);
  }
}
