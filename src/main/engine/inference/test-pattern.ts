/** Returns a deterministic picture with edges and gradients, values 0..1. */
export function testPattern(count: number): Float32Array {
  return Float32Array.from(
    { length: count },
    (_, i) => ((i * 7919 + (i >> 5) * 104729) % 256) / 255,
  );
}
