/**
 * Contents of the canvas, bottom to top, as plain data for the painter. On the editor's thread
 * pictures are a `Source` and tiles a `Pyramid`; on the painter's thread both are replaced by what
 * can be drawn.
 */
import type { Pane } from './compare.js';
import type { CoverageSheet } from './coverage-sheet.js';
import type { Pyramid } from './pyramid.js';
import type { RegionOperation } from '../../shared/regions/index.js';
import type { Rect } from '../../shared/contracts/restore.js';
import type { Cell } from './pyramid.js';
import type { Palette } from '../theme/theme.js';
import type { Point, Size, Viewport } from './viewport.js';

/** Picture on the editor's thread. */
export type Source = ImageBitmap | CoverageSheet;
/** Picture on the painter's thread. */
export type Picture = ImageBitmap | OffscreenCanvas;

/** Loaded tiles of one pyramid. */
export interface TileSource {
  get(cell: Cell): Picture | undefined;
  has(cell: Cell): boolean;
}

/** Picture stretched over `rect`, in photo pixels. */
export interface PlacedPicture<P = Source> {
  readonly picture: P;
  readonly rect: Rect;
}

/** Share of the result at each place, as the alpha of pictures. */
export interface Coverage<P = Source> {
  /** Coarse coverage of the whole photo. */
  readonly base: PlacedPicture<P>;
  /** Coverage of a part at screen resolution; replaces the base there. */
  readonly detail: PlacedPicture<P> | null;
}

export interface ResultLayer<P = Source, T = Pyramid> {
  readonly tiles: T;
  readonly strength: number;
  /** `null` = the whole photo. */
  readonly coverage: Coverage<P> | null;
}

interface MarkStyle {
  readonly strength: number;
  readonly selected: boolean;
}

/** Hint as a box or a painted area. */
export type HintMark<P = Source> = MarkStyle &
  (
    | { readonly kind: 'box'; readonly rect: Rect; readonly handles: boolean }
    | { readonly kind: 'painted'; readonly paint: PlacedPicture<P> }
  );

export type Overlay<P = Source> =
  /** Diagnostic map of the model, stretched over the photo. */
  | { readonly kind: 'map'; readonly picture: P; readonly opacity: number }
  /** Masked area in the mask's hue and pattern. */
  | { readonly kind: 'mask'; readonly coverage: Coverage<P>; readonly opacity: number }
  | { readonly kind: 'hints'; readonly marks: readonly HintMark<P>[] }
  /** Position of the keyboard's tool. */
  | { readonly kind: 'crosshair'; readonly at: Point }
  /** Outline of the region that is drawn or selected. */
  | { readonly kind: 'outline'; readonly operation: OutlinedOperation }
  /** Area that the brush would paint. */
  | ({ readonly kind: 'ring' } & Ring);

/** Operations with a shape of their own. */
export type OutlinedOperation = Extract<
  RegionOperation,
  { kind: 'stroke' | 'lasso' | 'rectangle' | 'ellipse' }
>;

/** Ring of a brush, in photo pixels. */
export interface Ring {
  readonly at: Point;
  readonly radius: number;
  readonly hardness: number;
  /** The next stroke erases. */
  readonly erase: boolean;
}

/** Position of the photo in a frame of the canvas. */
export interface Placement {
  readonly photo: Size;
  readonly view: Viewport;
  /** Size of the frame; its top left corner is the context's origin. */
  readonly frame: Size;
  /** Part of the frame to draw. */
  readonly clip: Rect;
  readonly level: number;
  readonly levels: number;
  readonly pixelRatio: number;
  readonly palette: Palette;
}

/** Everything that the canvas shows. */
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
  /** Compared results; `null` = the original alone. */
  readonly left: ResultLayer<P, T> | null;
  readonly right: ResultLayer<P, T> | null;
  readonly overlays: readonly Overlay<P>[];
}
