/** Samples of 8 or 16 bits, and their conversion. */
import type { Depth } from '../../../shared/contracts/restore.js';

export type Samples = Uint8Array | Uint16Array;

export function depthOf(samples: Samples): Depth {
  return samples instanceof Uint16Array ? 16 : 8;
}

/** Returns the largest sample value: 255 or 65535. */
export function whiteOf(samples: Samples): number {
  return samples instanceof Uint16Array ? 65535 : 255;
}

/** Returns `length` zero samples of the same depth. */
export function emptyLike<T extends Samples>(samples: T, length: number): T {
  return (samples instanceof Uint16Array ? new Uint16Array(length) : new Uint8Array(length)) as T;
}

/** Rounds to 256 levels; returns 8-bit samples unchanged, without a copy. */
export function inEightBits(samples: Samples): Uint8Array {
  if (samples instanceof Uint8Array) return samples;
  const out = new Uint8Array(samples.length);
  for (let i = 0; i < out.length; i++) out[i] = (samples[i]! + 128) / 257;
  return out;
}

/** Widens exactly (255 becomes 65535); returns 16-bit samples unchanged, without a copy. */
export function inSixteenBits(samples: Samples): Uint16Array {
  if (samples instanceof Uint16Array) return samples;
  const out = new Uint16Array(samples.length);
  for (let i = 0; i < out.length; i++) out[i] = samples[i]! * 257;
  return out;
}

export function inDepth(samples: Samples, depth: Depth): Samples {
  return depth === 16 ? inSixteenBits(samples) : inEightBits(samples);
}
