/** Areas of a photo that moved while the rest stood still: rectangles and blobs with soft edges. */

/**
 * @typedef {import('../photos.js').Size} Size
 * @typedef {import('../triage/random.js').Random} Random
 */

/** Width of the soft edge in pixels. */
const SOFT = 12;

/**
 * Returns the share of each pixel that belongs to an area, 0 to 1.
 * @param {Random} random
 * @param {Size} size
 * @param {'rectangle' | 'blob'} shape
 * @param {number} share Share of the photo that the area covers, 0 to 1.
 */
export function drawArea(random, { width, height }, shape, share) {
  const out = new Float32Array(width * height);
  if (share >= 1) return out.fill(1);
  const centre = { x: random.between(0.3, 0.7) * width, y: random.between(0.3, 0.7) * height };
  const aspect = random.between(0.8, 1.6);
  const waves = [2, 3, 5].map((n) => ({
    n,
    by: random.between(0.04, 0.12),
    at: random.next() * 6,
  }));
  // Grows outward from the centre in pixels, along the vertical exactly.
  const distance = new Float32Array(width * height);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const [u, v] = [(x - centre.x) / aspect, y - centre.y];
      if (shape === 'rectangle') {
        distance[i] = Math.max(Math.abs(u), Math.abs(v));
      } else {
        const angle = Math.atan2(v, u);
        const swell = waves.reduce((sum, { n, by, at }) => sum + by * Math.sin(n * angle + at), 1);
        distance[i] = Math.hypot(u, v) / swell;
      }
    }
  }
  // An area that the photo's border cuts is larger around its centre, so its share is exact.
  const sorted = distance.toSorted();
  const radius = share === 0 ? -SOFT : sorted[Math.floor(share * sorted.length)];
  for (let i = 0; i < out.length; i++) {
    out[i] = Math.min(1, Math.max(0, 0.5 + (radius - distance[i]) / SOFT));
  }
  return out;
}
