/** Messages between the editor and the mask's worker. */
import type { ErrorData } from '../../../../shared/core/errors.js';
import type { PhotoSize, RegionOperation, RegionView } from '../../../../shared/regions/index.js';
import type { Rect } from '../../../../shared/contracts/restore.js';

/** Operation that is new to the worker: complete, or a known stroke with more points. */
export type Addition =
  | { readonly id: number; readonly operation: RegionOperation }
  | { readonly id: number; readonly of: number; readonly path: string };

export const PARTS = ['base', 'detail'] as const;
export type Part = (typeof PARTS)[number];

export interface MaskRequest {
  readonly photo: PhotoSize;
  /** Operations of the document by id; the worker forgets all others. */
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
      /** Covered share of the photo, 0..1. */
      readonly share: number;
    }
  | { readonly error: ErrorData };
