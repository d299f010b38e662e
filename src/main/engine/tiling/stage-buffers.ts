/**
 * Where the worker leaves the images of a tile's stages. Shared memory, used again for every tile:
 * cloning megabytes between the threads after every stage took a tenth of a photo's time.
 */
export class StageBuffers {
  private readonly buffers: Float32Array<SharedArrayBuffer>[] = [];
  private second: StageBuffers | null = null;

  /** `length`: values of one image, 3 × height × width. */
  constructor(private readonly length: number) {}

  /** The image of one stage, valid until that stage runs again with these buffers. */
  of(stage: number): Float32Array<SharedArrayBuffer> {
    this.buffers[stage] ??= new Float32Array(new SharedArrayBuffer(this.length * 4));
    return this.buffers[stage];
  }

  /** Others of the same size, for what is added up in these. */
  get spare(): StageBuffers {
    this.second ??= new StageBuffers(this.length);
    return this.second;
  }
}
