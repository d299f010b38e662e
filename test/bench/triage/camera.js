/**
 * Simulates a camera up to the sensor under its colour filter: defocus, the lens, motion while the
 * shutter is open. Works in linear light. The pixel references depend on every bit of it.
 */

/**
 * @typedef {{ width: number, height: number }} Size
 * @typedef {Uint16Array} Scene Linear light, RGB interleaved, 65535 = white.
 * @typedef {Float32Array} Exposure Linear light on the sensor, one colour per pixel.
 * @typedef {import('./motion.js').Kernel} Kernel
 */

/**
 * Returns the colour of the Bayer filter (RGGB) at a pixel: 0 = red, 1 = green, 2 = blue.
 * @param {number} x
 * @param {number} y
 */
export const filterAt = (x, y) => (y & 1) + (x & 1);

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
