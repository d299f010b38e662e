/**
 * What lies on the canvas, bottom to top. Plain data: the painter draws it, nobody else needs to know how. The editor means pictures
 * by where they come from (`Source`) and tiles by their pyramid; for the painter's thread both become what can be drawn.
 */
import type { Pane } from './compare.js';
import type { CoverageSheet } from './coverage-sheet.js';
import type { Pyramid } from './pyramid.js';
import type { RegionOperation } from '../../shared/regions/index.js';
import type { Rect } from '../../shared/contracts/restore.js';
import type { Cell } from './pyramid.js';
import type { Palette } from '../theme/theme.js';
import type { Point, Size, Viewport } from './viewport.js';

/** A picture of the editor's. */
export type Source = ImageBitmap | CoverageSheet;
/** A picture in the painter's thread. */
export type Picture = ImageBitmap | OffscreenCanvas;

/** Tiles of one pyramid, as far as they are in memory. */
export interface TileSource {
  get(cell: Cell): Picture | undefined;
  has(cell: Cell): boolean;
}

/** A picture that is stretched over `rect` (photo pixels). */
export interface PlacedPicture<P = Source> {
  readonly picture: P;
  readonly rect: Rect;
}

/** How much each place is restored, as the alpha of pictures. */
export interface Coverage<P = Source> {
  /** The whole photo, coarsely. */
  readonly base: PlacedPicture<P>;
  /** A part of it as fine as the screen shows it, instead of the base there. */
  readonly detail: PlacedPicture<P> | null;
}

export interface ResultLayer<P = Source, T = Pyramid> {
  readonly tiles: T;
  readonly strength: number;
  /** null: the whole photo. */
  readonly coverage: Coverage<P> | null;
  /** The first look, shown where nothing is finished yet. */
  readonly preview: P | null;
  /** The finished parts; null: everything is. */
  readonly finished: readonly Rect[] | null;
}

interface MarkLook {
  readonly strength: number;
  readonly selected: boolean;
}

/** A hint: a box, or what was painted. */
export type HintMark<P = Source> = MarkLook &
  (
    | { readonly kind: 'box'; readonly rect: Rect; readonly handles: boolean }
    | { readonly kind: 'painted'; readonly paint: PlacedPicture<P> }
  );

export type Overlay<P = Source> =
  /** A map of the network, stretched over the photo. */
  | { readonly kind: 'map'; readonly picture: P; readonly opacity: number }
  /** What is restored, in the mask's hue and pattern. */
  | { readonly kind: 'mask'; readonly coverage: Coverage<P>; readonly opacity: number }
  | { readonly kind: 'hints'; readonly marks: readonly HintMark<P>[] }
  /** Where a keyboard user's tool is. */
  | { readonly kind: 'crosshair'; readonly at: Point }
  /** The line around what is drawn, or selected. */
  | { readonly kind: 'outline'; readonly operation: OutlinedOperation }
  /** Where a brush would paint. */
  | ({ readonly kind: 'ring' } & Ring);

/** Operations that have a shape of their own. */
export type OutlinedOperation = Extract<
  RegionOperation,
  { kind: 'stroke' | 'lasso' | 'rectangle' | 'ellipse' }
>;

/** A brush's ring; photo pixels. */
export interface Ring {
  readonly at: Point;
  readonly radius: number;
  readonly hardness: number;
  /** The next stroke takes away. */
  readonly erase: boolean;
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

/** All that the canvas shows. */
export interface Scene<P = Source, T = Pyramid> {
  readonly photo: Size;
  readonly levels: number;
  readonly level: number;
  readonly view: Viewport;
  readonly pixelRatio: number;
  readonly palette: Palette;
  readonly pixelGrid: boolean;
  readonly panes: readonly Pane[];
  readonly original: T;
  /** What is compared; null: the original alone. */
  readonly left: ResultLayer<P, T> | null;
  readonly right: ResultLayer<P, T> | null;
  readonly overlays: readonly Overlay<P>[];
}
