/** Draws edges and flat squares into scenes and measures them in photos. */
import { toEncoded, toLinear } from './linear-light.js';

/**
 * @typedef {import('./linear-light.js').Picture} Picture
 * @typedef {{ x: number, y: number }} Point In pixels.
 */
/**
 * @typedef {object} Edge
 * @property {Point} at Middle of the edge in pixels of the photo.
 * @property {number} direction Angle of the direction in which it becomes brighter, in radians.
 * @property {readonly [dark: number, bright: number]} codes sRGB codes of its sides.
 */

/** Half the length in pixels of the part of an edge that is measured. */
const HALF_LENGTH = 24;
/** Half the side in pixels of the part of a flat square that is measured. */
const HALF_FLAT = 40;
const BINS_PER_PIXEL = 4;

/**
 * Returns half the side of a square with room for what a path of some length moves into it.
 * @param {number} length Length of the path in pixels.
 */
export function halfSide(length) {
  return 60 + Math.ceil(length);
}

/**
 * Draws a square with an edge. Pixels that the edge crosses get light in proportion.
 * @param {Picture} scene
 * @param {Edge} edge
 * @param {number} half Half the side of the square.
 * @param {number} margin Pixels of the scene on each side of the photo.
 */
export function drawEdge(scene, { at, direction, codes }, half, margin) {
  const [cos, sin] = [Math.cos(direction), Math.sin(direction)];
  const [dark, bright] = codes.map((code) => toLinear(code / 255));
  fillSquare(scene, at, half, margin, (dx, dy) => {
    const share = Math.min(1, Math.max(0, 0.5 + dx * cos + dy * sin));
    return Math.round(255 * toEncoded(dark + share * (bright - dark)));
  });
}

/**
 * Draws a square of one grey.
 * @param {Picture} scene
 * @param {Point} at
 * @param {number} half Half the side of the square.
 * @param {number} margin
 * @param {number} code sRGB code.
 */
export function drawFlat(scene, at, half, margin, code) {
  fillSquare(scene, at, half, margin, () => code);
}

/**
 * @param {Picture} scene
 * @param {Point} at
 * @param {number} half
 * @param {number} margin
 * @param {(dx: number, dy: number) => number} codeAt
 */
function fillSquare({ width, data }, at, half, margin, codeAt) {
  for (let dy = -half; dy <= half; dy++) {
    const from = 3 * ((at.y + margin + dy) * width + at.x + margin - half);
    for (let dx = -half, i = from; dx <= half; dx++, i += 3) {
      data.fill(codeAt(dx, dy), i, i + 3);
    }
  }
}

/**
 * Returns the width in pixels in which an edge rises from 10 to 90 % of its contrast in linear
 * light. A monotone fit keeps noise from shortening it.
 * @param {Picture} photo
 * @param {Edge} edge
 * @param {number} length Length of the path that may have blurred it, in pixels.
 */
export function edgeWidth({ width, data }, { at, direction }, length) {
  const reach = 48 + 0.4 * length;
  const [cos, sin] = [Math.cos(direction), Math.sin(direction)];
  const count = Math.ceil(2 * reach * BINS_PER_PIXEL);
  const [sums, counts] = [new Float64Array(count), new Float64Array(count)];
  const side = Math.ceil(Math.hypot(reach, HALF_LENGTH));
  for (let dy = -side; dy <= side; dy++) {
    for (let dx = -side; dx <= side; dx++) {
      const across = dx * cos + dy * sin;
      const along = dy * cos - dx * sin;
      if (Math.abs(across) >= reach || Math.abs(along) > HALF_LENGTH) continue;
      const bin = Math.floor((across + reach) * BINS_PER_PIXEL);
      // All three colours are equal up to noise, and the red and blue ones have more of it.
      sums[bin] += toLinear(data[3 * ((at.y + dy) * width + at.x + dx) + 1] / 255);
      counts[bin]++;
    }
  }
  const profile = monotone(sums, counts);
  const outer = Math.floor(count / 8);
  const low = profile.slice(0, outer).reduce((a, b) => a + b) / outer;
  const high = profile.slice(count - outer).reduce((a, b) => a + b) / outer;
  /** @param {number} share */
  const crossing = (share) => {
    const level = low + share * (high - low);
    const after = Math.max(
      1,
      profile.findIndex((value) => value >= level),
    );
    const [a, b] = [profile[after - 1], profile[after]];
    return after - 1 + (b === a ? 0.5 : (level - a) / (b - a));
  };
  return (crossing(0.9) - crossing(0.1)) / BINS_PER_PIXEL;
}

/**
 * Returns the rising values with the smallest squared error to means (pool adjacent violators).
 * @param {Float64Array} sums
 * @param {Float64Array} counts Numbers of values in the sums; 0 = no value.
 */
function monotone(sums, counts) {
  /** @type {{ sum: number, count: number, bins: number }[]} */
  const pools = [];
  for (let i = 0; i < sums.length; i++) {
    let pool = { sum: sums[i], count: counts[i], bins: 1 };
    for (;;) {
      const last = pools.at(-1);
      if (last === undefined) break;
      // Compares means; a bin without values joins its neighbour.
      if (pool.count > 0 && last.sum * pool.count <= pool.sum * last.count) break;
      pools.pop();
      pool = {
        sum: last.sum + pool.sum,
        count: last.count + pool.count,
        bins: last.bins + pool.bins,
      };
    }
    pools.push(pool);
  }
  return pools.flatMap(({ sum, count, bins }) => Array.from({ length: bins }, () => sum / count));
}

/**
 * Returns the standard deviation of lightness in the middle of a flat square, in sRGB codes,
 * without its mean and slope.
 * @param {Picture} photo
 * @param {Point} at Middle of the square.
 */
export function noiseDeviation({ width, data }, at) {
  const n = HALF_FLAT;
  const values = [];
  for (let dy = -n; dy <= n; dy++) {
    for (let dx = -n; dx <= n; dx++) {
      const i = 3 * ((at.y + dy) * width + at.x + dx);
      const value = 0.299 * data[i] + 0.587 * data[i + 1] + 0.114 * data[i + 2];
      values.push({ dx, dy, value });
    }
  }
  // On a square around 0, mean and both slopes do not depend on each other.
  let [mean, slopeX, slopeY, squares] = [0, 0, 0, 0];
  for (const { dx, dy, value } of values) {
    mean += value / values.length;
    slopeX += dx * value;
    slopeY += dy * value;
    squares += dx * dx;
  }
  const variance = values.reduce(
    (sum, { dx, dy, value }) =>
      sum + (value - mean - (slopeX * dx + slopeY * dy) / squares) ** 2 / values.length,
    0,
  );
  return Math.sqrt(variance);
}
