/** What lies on the canvas, bottom to top. Plain data: the painter draws it, nobody else needs to know how. */
import type { Rect } from '../../shared/restore.js';
import type { Cell } from './pyramid.js';
import type { Point, Size, Viewport } from './viewport.js';

export type Picture = ImageBitmap | HTMLCanvasElement | OffscreenCanvas | HTMLImageElement;

/** Tiles of one pyramid, as far as they are in memory. */
export interface TileSource {
  get(cell: Cell): Picture | undefined;
  has(cell: Cell): boolean;
}

/** A picture that is stretched over `rect` (photo pixels). */
export interface PlacedPicture {
  readonly picture: Picture;
  readonly rect: Rect;
}

/** How much each place is restored, as the alpha of pictures. */
export interface Coverage {
  /** The whole photo, coarsely. */
  readonly base: PlacedPicture;
  /** A part of it as fine as the screen shows it, instead of the base there. */
  readonly detail: PlacedPicture | null;
}

export interface ResultLayer {
  readonly tiles: TileSource;
  readonly strength: number;
  /** null: the whole photo. */
  readonly coverage: Coverage | null;
  /** The first look, shown where nothing is finished yet. */
  readonly preview: Picture | null;
  /** The finished parts; null: everything is. */
  readonly finished: readonly Rect[] | null;
}

interface MarkLook {
  readonly strength: number;
  readonly selected: boolean;
}

/** A hint: a box, or what was painted. */
export type HintMark = MarkLook &
  (
    | { readonly kind: 'box'; readonly rect: Rect; readonly handles: boolean }
    | { readonly kind: 'painted'; readonly paint: PlacedPicture }
  );

export type Overlay =
  /** A map of the network, stretched over the photo. */
  | { readonly kind: 'map'; readonly picture: Picture; readonly opacity: number }
  /** What is restored, in the mask's hue and pattern. */
  | { readonly kind: 'mask'; readonly coverage: Coverage; readonly opacity: number }
  | { readonly kind: 'hints'; readonly marks: readonly HintMark[] }
  /** Where a keyboard user's tool is. */
  | { readonly kind: 'crosshair'; readonly at: Point }
  /** Whatever a tool shows while it works: a lasso's line, the brush's ring. */
  | {
      readonly kind: 'custom';
      readonly draw: (context: CanvasRenderingContext2D, place: Placement) => void;
    };

/** The colours of the theme that the canvas needs. */
export interface Palette {
  readonly surround: string;
  readonly mask: string;
  readonly maskLine: string;
  readonly hint: string;
  readonly hintLine: string;
  readonly ink: string;
  readonly paper: string;
}

/** The photo in a frame of the canvas. */
export interface Placement {
  readonly photo: Size;
  readonly view: Viewport;
  /** The frame's size; the context's origin is its top left corner. */
  readonly frame: Size;
  /** The part of the frame that is drawn. */
  readonly clip: Rect;
  readonly level: number;
  readonly levels: number;
  readonly pixelRatio: number;
  readonly palette: Palette;
}
