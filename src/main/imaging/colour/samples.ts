/** Samples of 8 or 16 bits, and how one becomes the other. */
import type { Depth } from '../../../shared/contracts/restore.js';

export type Samples = Uint8Array | Uint16Array;

export function depthOf(samples: Samples): Depth {
  return samples instanceof Uint16Array ? 16 : 8;
}

/** The largest sample: 255 or 65535. */
export function whiteOf(samples: Samples): number {
  return samples instanceof Uint16Array ? 65535 : 255;
}

/** `length` samples of the same depth, all 0. */
export function emptyLike<T extends Samples>(samples: T, length: number): T {
  return (samples instanceof Uint16Array ? new Uint16Array(length) : new Uint8Array(length)) as T;
}

/** Rounded to 256 levels; what has 8 bits already stays the same array. */
export function inEightBits(samples: Samples): Uint8Array {
  if (samples instanceof Uint8Array) return samples;
  const out = new Uint8Array(samples.length);
  for (let i = 0; i < out.length; i++) out[i] = (samples[i]! + 128) / 257;
  return out;
}

/** Exactly: 255 becomes 65535. What has 16 bits already stays the same array. */
export function inSixteenBits(samples: Samples): Uint16Array {
  if (samples instanceof Uint16Array) return samples;
  const out = new Uint16Array(samples.length);
  for (let i = 0; i < out.length; i++) out[i] = samples[i]! * 257;
  return out;
}

export function inDepth(samples: Samples, depth: Depth): Samples {
  return depth === 16 ? inSixteenBits(samples) : inEightBits(samples);
}
