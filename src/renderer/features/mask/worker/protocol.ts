/** What the editor's thread and the mask's worker say to each other. */
import type { PhotoSize, RegionOperation, RegionView } from '../../../../shared/regions/index.js';
import type { Rect } from '../../../../shared/contracts/restore.js';

/** An operation that the worker does not have yet: whole, or a stroke that it has with more points at its end. */
export type Addition =
  | { readonly id: number; readonly operation: RegionOperation }
  | { readonly id: number; readonly of: number; readonly path: string };

export const PARTS = ['base', 'detail'] as const;
export type Part = (typeof PARTS)[number];

export interface MaskRequest {
  readonly photo: PhotoSize;
  /** The document, by the names of its operations; the worker forgets all others. */
  readonly operations: readonly number[];
  readonly added: readonly Addition[];
  readonly views: Readonly<Record<Part, RegionView | null>>;
}

/** Changed pixels of one view. */
export interface MaskUpdate {
  readonly part: Part;
  readonly view: RegionView;
  /** In pixels of the view's scale. */
  readonly rect: Rect;
  readonly coverage: Uint8Array<ArrayBuffer>;
}

export type MaskAnswer =
  | {
      readonly updates: readonly MaskUpdate[];
      /** How much of the photo is covered, 0..1. */
      readonly share: number;
    }
  | { readonly error: string };
