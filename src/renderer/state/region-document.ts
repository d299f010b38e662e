/** What the region tools make: operations in the order they were drawn, pixels of the photo as displayed. */

type Mode = 'add' | 'erase';
type Vertex = readonly [x: number, y: number];

export type RegionOperation =
  | {
      readonly kind: 'stroke';
      readonly mode: Mode;
      readonly size: number;
      readonly hardness: number;
      readonly flow: number;
      readonly points: readonly (Vertex | readonly [x: number, y: number, pressure: number])[];
    }
  | {
      readonly kind: 'rectangle' | 'ellipse';
      readonly mode: Mode;
      readonly x: number;
      readonly y: number;
      readonly w: number;
      readonly h: number;
    }
  | { readonly kind: 'lasso'; readonly mode: Mode; readonly points: readonly Vertex[] }
  | { readonly kind: 'invert' }
  | { readonly kind: 'feather'; readonly radius: number }
  | { readonly kind: 'grow'; readonly amount: number };

/** No operations: the whole photo. */
export interface RegionDocument {
  readonly version: 1;
  readonly operations: readonly RegionOperation[];
}

export const EVERYWHERE: RegionDocument = { version: 1, operations: [] };
