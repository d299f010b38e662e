/** Grey picture inside a document: rows of bytes, deflated (masks are mostly flat), in base64. */
import { deflateSync, inflateSync } from 'fflate';
import { z } from 'zod';
import { fromBase64, toBase64 } from '../core/base64.js';
import { UnsmearError } from '../core/errors.js';

/** Most pixels; the largest photo that can be opened has fewer. */
const MAX_CELLS = 250_000_000;

const Fields = z.object({
  width: z.number().int().min(1).max(65_535),
  height: z.number().int().min(1).max(65_535),
  data: z.string().min(4).max(400_000_000),
});

export const GridData = Fields.superRefine((grid, context) => {
  const reason = unpack(grid);
  if (typeof reason === 'string') context.addIssue({ code: 'custom', message: reason });
});
export type GridData = z.infer<typeof Fields>;

/** Grids are never changed in place, so each is unpacked once. */
const unpacked = new WeakMap<GridData, Uint8Array>();

/** Packs one byte per cell, row by row. */
export function encodeGrid(width: number, height: number, values: Uint8Array): GridData {
  if (values.length !== width * height) {
    throw new UnsmearError('internal', {
      reason: 'unexpected',
      details: 'A grid has another size than its values.',
    });
  }
  const grid = { width, height, data: toBase64(deflateSync(values)) };
  unpacked.set(grid, values.slice());
  return grid;
}

/** Returns the values, not to be written to. Throws `mask-invalid` for a damaged grid. */
export function decodeGrid(grid: GridData): Uint8Array {
  const known = unpacked.get(grid);
  if (known) return known;
  const values = unpack(grid);
  if (typeof values === 'string') {
    throw new UnsmearError('mask-invalid', { reason: 'picture', details: values });
  }
  unpacked.set(grid, values);
  return values;
}

/** Returns the values, or the problem as the end of a sentence. */
function unpack(grid: GridData): Uint8Array | string {
  const cells = grid.width * grid.height;
  if (cells > MAX_CELLS) return 'the grid is too large';
  const packed = fromBase64(grid.data);
  if (packed === null) return 'not base64';
  try {
    // With one byte more than fits, too much data is noticed and cannot fill the memory.
    const values = inflateSync(packed, { out: new Uint8Array(cells + 1) });
    if (values.length !== cells) return `${cells} cells announced, not as many stored`;
    return values.subarray(0, cells);
  } catch {
    return 'the deflated data is broken';
  }
}
