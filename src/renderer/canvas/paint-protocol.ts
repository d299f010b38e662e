/** What the editor's thread and the painter's say to each other. */
import type { SheetPart } from './coverage-sheet.js';
import type { Scene } from './layers.js';
import type { TileRequest } from './tile-cache.js';
import type { Size } from './viewport.js';

/** The painter's name of a picture. */
export type PictureId = number;

/** A picture that the painter does not have yet, or a part of one that has changed. */
export type PictureUpdate =
  | { readonly id: PictureId; readonly bitmap: ImageBitmap }
  | { readonly id: PictureId; readonly size: Size; readonly part: SheetPart };

/** One look of the canvas. */
export interface Frame {
  /** Device pixels. */
  readonly size: Size;
  /** Colour around the photo. */
  readonly surround: string;
  /** null: no photo. */
  readonly scene: Scene<PictureId> | null;
  readonly requests: readonly TileRequest[];
  readonly pictures: readonly PictureUpdate[];
  /** Pictures that are not needed any more. */
  readonly forget: readonly PictureId[];
}

export type PaintRequest =
  | { readonly kind: 'begin'; readonly canvas: OffscreenCanvas }
  | { readonly kind: 'frame'; readonly frame: Frame }
  /** Asks again for the tiles that failed. */
  | { readonly kind: 'retry' };

export type PaintAnswer =
  /** The last frame is drawn: the next may come. */
  | { readonly kind: 'drawn' }
  /** How many of the wanted tiles could not be loaded. */
  | { readonly kind: 'failures'; readonly count: number }
  /** The thread could not be started, or threw something. */
  | { readonly kind: 'broken'; readonly cause: string };
