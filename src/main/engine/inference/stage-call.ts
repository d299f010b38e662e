/** Builds calls of a plug-in's stages, and owns the shared memory that receives their results. */
import type { StageCall } from './protocol.js';

/**
 * Images that a tile's stages return. Shared memory, used again for every tile: cloning megabytes
 * between the threads after every stage took a tenth of a photo's time.
 */
export class StageBuffers {
  private readonly buffers: Float32Array<SharedArrayBuffer>[] = [];
  private second: StageBuffers | null = null;

  /** `length`: values of one image, 3 × height × width. */
  constructor(private readonly length: number) {}

  /**
   * Returns the image of a stage (from 0), valid until that stage runs again with these buffers.
   */
  of(stage: number): Float32Array<SharedArrayBuffer> {
    this.buffers[stage] ??= new Float32Array(new SharedArrayBuffer(this.length * 4));
    return this.buffers[stage];
  }

  /** Second buffers of the same size, for the copies that are added to the first. */
  get spare(): StageBuffers {
    this.second ??= new StageBuffers(this.length);
    return this.second;
  }
}

/** Returns the call of stage 0 for a square `image` [1,3,side,side]: no hints, no maps. */
export function firstStageCall(image: Float32Array, side: number, into: Float32Array): StageCall {
  return {
    ...{ stage: 0, forceCpu: false, width: side, height: side, roi: null, budget: 1 },
    ...{ image, guess: null, maps: false, into },
  };
}

/** Returns a deterministic picture with edges and gradients for tests, values 0..1. */
export function testPattern(count: number): Float32Array {
  return Float32Array.from(
    { length: count },
    (_, i) => ((i * 7919 + (i >> 5) * 104729) % 256) / 255,
  );
}
