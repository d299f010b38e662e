/** What the thread for mask files is asked and answers. */
import type { GridData, PhotoSize, RegionDocument } from '../../../../shared/regions/index.js';

export type FileRequest =
  | { readonly kind: 'load'; readonly file: Blob; readonly photo: PhotoSize }
  | { readonly kind: 'save'; readonly regions: RegionDocument; readonly photo: PhotoSize };

/** `unreadable`: no picture; `black`: nothing is painted white; `failed`: a fault of ours. */
export type FileTrouble = 'unreadable' | 'black' | 'failed';

export interface LoadedMask {
  readonly grid: GridData;
  /** The picture's own size. */
  readonly size: PhotoSize;
}

export type FileAnswer =
  | { readonly kind: 'loaded'; readonly mask: LoadedMask }
  | { readonly kind: 'progress'; readonly done: number }
  | { readonly kind: 'saved'; readonly file: Blob }
  | { readonly kind: 'trouble'; readonly trouble: FileTrouble; readonly cause: string };
