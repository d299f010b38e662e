/**
 * Simulates a camera, from light to a JPEG file: defocus, motion while the shutter is open, the
 * lens, the sensor under its colour filter, noise, demosaicing, sharpening, tone. Works in linear
 * light up to the tone curve. The pixel references depend on every bit of it.
 */
import sharp from 'sharp';

/**
 * @typedef {import('./random.js').Random} Random
 * @typedef {{ width: number, height: number }} Size
 * @typedef {Uint16Array} Scene Linear light, RGB interleaved, 65535 = white.
 * @typedef {Float32Array} Exposure Linear light on the sensor, one colour per pixel.
 * @typedef {readonly { dx: number, dy: number, weight: number }[]} Kernel Weights sum to 1.
 */

const WHITE = 65535;
const GREEN = 1;

/**
 * Returns the colour of the Bayer filter (RGGB) at a pixel: 0 = red, 1 = green, 2 = blue.
 * @param {number} x
 * @param {number} y
 */
const filterAt = (x, y) => (y & 1) + (x & 1);

/**
 * Replaces each point by a disc of light. Uses running sums along rows.
 * @param {Scene} scene
 * @param {Size} size
 * @param {number} radius In pixels.
 * @param {Float32Array | null} keep Per pixel: 1 = in focus, 0 = defocused; `null` = all defocused.
 * @returns {Scene}
 */
export function defocus(scene, { width, height }, radius, keep) {
  const out = new Uint16Array(scene.length);
  const reach = Math.floor(radius);
  const sums = new Float64Array(3 * (width + 2 * reach + 1));
  const total = new Float64Array(3 * width);
  const spans = Array.from({ length: 2 * reach + 1 }, (_, i) =>
    Math.floor(Math.sqrt(radius ** 2 - (i - reach) ** 2)),
  );
  const area = spans.reduce((sum, span) => sum + 2 * span + 1, 0);
  // A ring keeps the running sums of a source row for 2 × reach + 1 rows of the result.
  const ring = Array.from({ length: 2 * reach + 1 }, () => new Float64Array(sums.length));
  /** @param {number} y */
  const fill = (y) => {
    const row = ring[((y % ring.length) + ring.length) % ring.length];
    const from = Math.min(height - 1, Math.max(0, y)) * width * 3;
    for (let x = 0; x < width + 2 * reach; x++) {
      const source = from + 3 * Math.min(width - 1, Math.max(0, x - reach));
      for (let c = 0; c < 3; c++) row[3 * (x + 1) + c] = row[3 * x + c] + scene[source + c];
    }
  };
  for (let y = -reach; y < reach; y++) fill(y);
  for (let y = 0; y < height; y++) {
    fill(y + reach);
    total.fill(0);
    for (let dy = -reach; dy <= reach; dy++) {
      const row = ring[(y + dy + ring.length) % ring.length];
      const span = spans[dy + reach];
      const low = 3 * (reach - span);
      const high = 3 * (reach + span + 1);
      for (let i = 0; i < 3 * width; i++) total[i] += row[i + high] - row[i + low];
    }
    for (let x = 0, i = 0; x < width; x++) {
      const k = keep === null ? 0 : keep[y * width + x];
      for (let c = 0; c < 3; c++, i++) {
        const at = y * width * 3 + i;
        out[at] = k * scene[at] + ((1 - k) * total[i]) / area;
      }
    }
  }
  return out;
}

/**
 * Spreads each point as a Gaussian, like the lens and the filter before the sensor. Works in place.
 * @param {Scene} scene
 * @param {Size} size
 * @param {number} sigma In pixels.
 */
export function soften(scene, { width, height }, sigma) {
  const [far, near, middle] = [2, 1, 0].map((d) => Math.exp((-d * d) / (2 * sigma * sigma)));
  const sum = middle + 2 * near + 2 * far;
  const [w2, w1, w0] = [far / sum, near / sum, middle / sum];
  const row = new Float32Array(3 * (width + 4));
  const stride = 3 * width;
  for (let y = 0; y < height; y++) {
    const line = scene.subarray(y * stride, (y + 1) * stride);
    row.set(line, 6);
    for (let c = 0; c < 3; c++) {
      row[c] = row[3 + c] = line[c];
      row[stride + 6 + c] = row[stride + 9 + c] = line[stride - 3 + c];
    }
    for (let i = 0; i < stride; i++) {
      line[i] = w2 * (row[i] + row[i + 12]) + w1 * (row[i + 3] + row[i + 9]) + w0 * row[i + 6];
    }
  }
  const ring = Array.from({ length: 5 }, () => new Uint16Array(stride));
  /** @param {number} y */
  const load = (y) => {
    const from = Math.min(height - 1, Math.max(0, y)) * stride;
    ring[(y + 5) % 5].set(scene.subarray(from, from + stride));
  };
  for (let y = -2; y < 2; y++) load(y);
  for (let y = 0; y < height; y++) {
    load(y + 2);
    const [a, b, m, d, e] = [-2, -1, 0, 1, 2].map((dy) => ring[(y + dy + 5) % 5]);
    const line = scene.subarray(y * stride, (y + 1) * stride);
    for (let i = 0; i < stride; i++) line[i] = w2 * (a[i] + e[i]) + w1 * (b[i] + d[i]) + w0 * m[i];
  }
}

/**
 * The kernel of a camera at rest.
 * @type {Kernel}
 */
export const STILL = [{ dx: 0, dy: 0, weight: 1 }];

/**
 * Returns where a point's light goes while the shutter is open.
 * @param {Random} random
 * @param {number} length Extent of the path in pixels.
 * @param {boolean} curved
 * @returns {Kernel}
 */
export function motionKernel(random, length, curved) {
  const steps = Math.ceil(length * 4);
  const path = curved ? curvedPath(random, length, steps) : straightPath(random, length, steps);
  const [mx, my] = [0, 1].map((k) => path.reduce((sum, p) => sum + p[k], 0) / path.length);
  /** @type {Map<string, { dx: number, dy: number, weight: number }>} */
  const cells = new Map();
  for (const [px, py] of path) {
    const [x, y] = [px - mx, py - my];
    const [x0, y0] = [Math.floor(x), Math.floor(y)];
    for (const [dx, dy] of [
      [x0, y0],
      [x0 + 1, y0],
      [x0, y0 + 1],
      [x0 + 1, y0 + 1],
    ]) {
      const weight = (1 - Math.abs(x - dx)) * (1 - Math.abs(y - dy));
      const name = `${dx},${dy}`;
      const cell = cells.get(name) ?? { dx, dy, weight: 0 };
      cell.weight += weight / path.length;
      cells.set(name, cell);
    }
  }
  return [...cells.values()].filter(({ weight }) => weight > 1e-4);
}

/**
 * @param {Random} random
 * @param {number} length
 * @param {number} steps
 */
function straightPath(random, length, steps) {
  const angle = random.between(0, Math.PI);
  return Array.from({ length: steps + 1 }, (_, i) => {
    const t = (i / steps - 0.5) * length;
    return [t * Math.cos(angle), t * Math.sin(angle)];
  });
}

/**
 * Returns the path of a shaking hand, whose direction and speed drift, scaled to the length.
 * @param {Random} random
 * @param {number} length
 * @param {number} steps
 */
function curvedPath(random, length, steps) {
  let angle = random.between(0, 2 * Math.PI);
  let turn = random.normal() * 2.5;
  let [x, y] = [0, 0];
  const path = [[0, 0]];
  for (let i = 0; i < steps; i++) {
    turn += random.normal() * 1.5 * Math.sqrt(1 / steps) * 4;
    angle += turn / steps;
    const speed = 1 + 0.6 * Math.sin(angle * 1.7);
    x += speed * Math.cos(angle);
    y += speed * Math.sin(angle);
    path.push([x, y]);
  }
  const across = Math.max(
    ...path.map(([a, b]) => Math.max(...path.map(([c, d]) => Math.hypot(a - c, b - d)))),
  );
  return path.map(([a, b]) => [(a * length) / across, (b * length) / across]);
}

/**
 * Returns the light that each pixel of the sensor gets under its filter.
 * @param {Scene} scene
 * @param {Size} size
 * @param {Kernel} kernel
 * @returns {Exposure}
 */
export function expose(scene, { width, height }, kernel) {
  const out = new Float32Array(width * height);
  const reach = Math.max(...kernel.map(({ dx, dy }) => Math.max(Math.abs(dx), Math.abs(dy))));
  // Between `first` and `last` no tap reaches over the border.
  const [first, last] = [reach, width - reach];
  const border = Array.from({ length: 2 * reach }, (_, i) => (i < reach ? i : last + i - reach));
  for (let y = 0; y < height; y++) {
    const row = y * width;
    for (const { dx, dy, weight } of kernel) {
      const sy = Math.min(height - 1, Math.max(0, y + dy));
      for (const parity of [0, 1]) {
        const c = filterAt(parity, y);
        const begin = first + ((first ^ parity) & 1);
        for (let x = begin, s = (sy * width + begin + dx) * 3 + c; x < last; x += 2, s += 6) {
          out[row + x] += weight * scene[s];
        }
      }
      for (const x of border) {
        const sx = Math.min(width - 1, Math.max(0, x + dx));
        out[row + x] += weight * scene[(sy * width + sx) * 3 + filterAt(x, y)];
      }
    }
  }
  return out;
}

/**
 * Returns a moved scene, all colours at every pixel.
 * @param {Scene} scene
 * @param {Size} size
 * @param {Kernel} kernel
 * @returns {Float64Array}
 */
export function smear(scene, { width, height }, kernel) {
  const sums = new Float64Array(scene.length);
  for (let y = 0; y < height; y++) {
    const row = y * width * 3;
    for (const { dx, dy, weight } of kernel) {
      const from = Math.min(height - 1, Math.max(0, y + dy)) * width;
      for (let x = 0, to = row; x < width; x++, to += 3) {
        const source = 3 * (from + Math.min(width - 1, Math.max(0, x + dx)));
        sums[to] += weight * scene[source];
        sums[to + 1] += weight * scene[source + 1];
        sums[to + 2] += weight * scene[source + 2];
      }
    }
  }
  return sums;
}

/**
 * Returns the mean difference of two exposures in levels of 255, as they appear to the eye.
 * @param {Exposure} still
 * @param {Exposure} moved
 * @param {Float32Array | null} where Counts pixels of at least 0.5; `null` = all pixels.
 */
export function difference(still, moved, where) {
  let [sum, count] = [0, 0];
  for (let i = 0; i < still.length; i += 7) {
    if (where !== null && where[i] < 0.5) continue;
    sum += Math.abs(Math.sqrt(still[i]) - Math.sqrt(moved[i]));
    count++;
  }
  return count === 0 ? 0 : sum / count;
}

/**
 * Blends `moved` into `still`, in place, and returns it.
 * @param {Exposure} still
 * @param {Exposure} moved
 * @param {Float32Array} where Share of `moved` per pixel.
 */
export function mix(still, moved, where) {
  for (let i = 0; i < still.length; i++) still[i] += where[i] * (moved[i] - still[i]);
  return still;
}

const TABLE = 1 << 16;

/**
 * Adds the noise of photons and of reading the sensor, in place.
 * @param {Exposure} raw
 * @param {Random} random
 * @param {number} full Electrons at white.
 * @param {number} read Deviation of the reading noise, in electrons.
 */
export function addNoise(raw, random, full, read) {
  const table = Float32Array.from({ length: TABLE }, () => random.normal());
  let state = random.integer(2 ** 31) | 1;
  for (let i = 0; i < raw.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const electrons = (raw[i] / WHITE) * full;
    const noisy = electrons + Math.sqrt(electrons + read ** 2) * table[state & (TABLE - 1)];
    raw[i] = noisy <= 0 ? 0 : noisy >= full ? WHITE : (noisy / full) * WHITE;
  }
}

const CURVE = Uint8Array.from({ length: 4096 }, (_, i) => {
  const v = i / 4095;
  return Math.round(255 * (v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055));
});

/**
 * Develops an exposure to 8-bit sRGB, RGB interleaved. Interpolates green along the weaker gradient
 * and the others by their difference to green, then applies an unsharp mask, as cameras do.
 * @param {Exposure} raw
 * @param {Size} size
 * @param {number} sharpen Strength of the unsharp mask; 0 = none.
 */
export function develop(raw, { width, height }, sharpen) {
  const green = greens(raw, width, height);
  const rgb = new Uint8Array(width * height * 3);
  /**
   * @param {number} x
   * @param {number} y
   */
  const difference = (x, y) => raw[y * width + x] - green[y * width + x];
  for (let y = 0; y < height; y++) {
    const [up, down] = [y === 0 ? 1 : y - 1, y === height - 1 ? y - 1 : y + 1];
    for (let x = 0; x < width; x++) {
      const [left, right] = [x === 0 ? 1 : x - 1, x === width - 1 ? x - 1 : x + 1];
      const at = y * width + x;
      const g = green[at];
      const own = filterAt(x, y);
      const across = (difference(left, y) + difference(right, y)) / 2;
      const along = (difference(x, up) + difference(x, down)) / 2;
      const corner = () =>
        (difference(left, up) +
          difference(right, up) +
          difference(left, down) +
          difference(right, down)) /
        4;
      const beside = (y & 1) === 0 ? [across, along] : [along, across];
      const diagonal = own === 0 ? [difference(x, y), corner()] : [corner(), difference(x, y)];
      const [r, b] = own === GREEN ? beside : diagonal;
      let detail = 0;
      if (sharpen > 0) {
        const mean =
          (green[y * width + left] +
            green[y * width + right] +
            green[up * width + x] +
            green[down * width + x]) /
          4;
        detail = sharpen * (g - mean);
      }
      rgb[3 * at] = tone(g + r + detail);
      rgb[3 * at + 1] = tone(g + detail);
      rgb[3 * at + 2] = tone(g + b + detail);
    }
  }
  return rgb;
}

/**
 * Encodes linear light as 8-bit sRGB.
 * @param {Iterable<number>} light
 */
export const encode = (light) => Uint8Array.from(light, tone);

/** @param {number} linear */
function tone(linear) {
  const i = (linear * 4095) / WHITE;
  return CURVE[i <= 0 ? 0 : i >= 4095 ? 4095 : (i + 0.5) | 0];
}

/**
 * Interpolates green at the red and blue pixels.
 * @param {Exposure} raw
 * @param {number} width
 * @param {number} height
 */
function greens(raw, width, height) {
  const out = new Float32Array(raw.length);
  for (let y = 0; y < height; y++) {
    const [up, down] = [y === 0 ? 1 : y - 1, y === height - 1 ? y - 1 : y + 1];
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      if (filterAt(x, y) === GREEN) {
        out[at] = raw[at];
        continue;
      }
      const [left, right] = [x === 0 ? 1 : x - 1, x === width - 1 ? x - 1 : x + 1];
      const [l, r] = [raw[y * width + left], raw[y * width + right]];
      const [u, d] = [raw[up * width + x], raw[down * width + x]];
      const [h, v] = [Math.abs(l - r), Math.abs(u - d)];
      out[at] = h === v ? (l + r + u + d) / 4 : h < v ? (l + r) / 2 : (u + d) / 2;
    }
  }
  return out;
}

/**
 * @param {string} path
 * @param {Uint8Array | Uint8ClampedArray} rgb
 * @param {Size} size
 * @param {number} quality
 * @param {'4:2:0' | '4:4:4'} chromaSubsampling
 */
export async function writeJpeg(path, rgb, { width, height }, quality, chromaSubsampling) {
  await sharp(rgb, { raw: { width, height, channels: 3 } })
    .jpeg({ quality, chromaSubsampling })
    .toFile(path);
}
