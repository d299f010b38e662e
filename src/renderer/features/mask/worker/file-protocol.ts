/** Messages between the editor and the worker for mask files. */
import type { GridData, PhotoSize, RegionDocument } from '../../../../shared/regions/index.js';

export type FileRequest =
  | { readonly kind: 'load'; readonly file: Blob; readonly photo: PhotoSize }
  | { readonly kind: 'save'; readonly regions: RegionDocument; readonly photo: PhotoSize };

/** `unreadable`: not a picture; `black`: nothing is masked; `failed`: internal error. */
export type FileTrouble = 'unreadable' | 'black' | 'failed';

export interface LoadedMask {
  readonly grid: GridData;
  /** Size of the picture itself. */
  readonly size: PhotoSize;
}

export type FileAnswer =
  | { readonly kind: 'loaded'; readonly mask: LoadedMask }
  | { readonly kind: 'progress'; readonly done: number }
  | { readonly kind: 'saved'; readonly file: Blob }
  | { readonly kind: 'trouble'; readonly trouble: FileTrouble; readonly cause: string };
