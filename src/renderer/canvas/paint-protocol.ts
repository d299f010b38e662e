/** Messages between the editor's and the painter's thread. */
import type { SheetPart } from './coverage-sheet.js';
import type { Scene } from './layers.js';
import type { TileRequest } from './tile-cache.js';
import type { Size } from './viewport.js';

/** Id of a picture on the painter's thread. */
export type PictureId = number;

/** New picture, or a changed part of a known one. */
export type PictureUpdate =
  | { readonly id: PictureId; readonly bitmap: ImageBitmap }
  | { readonly id: PictureId; readonly size: Size; readonly part: SheetPart };

/** Everything needed to draw the canvas once. */
export interface Frame {
  /** Size of the canvas in device pixels. */
  readonly size: Size;
  /** Colour around the photo. */
  readonly surround: string;
  /** `null` without a photo. */
  readonly scene: Scene<PictureId> | null;
  readonly requests: readonly TileRequest[];
  readonly pictures: readonly PictureUpdate[];
  /** Pictures that can be freed. */
  readonly forget: readonly PictureId[];
}

export type PaintRequest =
  | { readonly kind: 'begin'; readonly canvas: OffscreenCanvas }
  | { readonly kind: 'frame'; readonly frame: Frame }
  /** Requests the failed tiles again. */
  | { readonly kind: 'retry' };

export type PaintAnswer =
  /** The frame is drawn; the next one may be sent. */
  | { readonly kind: 'drawn' }
  /** Number of wanted tiles that could not be loaded. */
  | { readonly kind: 'failures'; readonly count: number }
  /** The thread could not be started, or threw an error. */
  | { readonly kind: 'broken'; readonly cause: string };
