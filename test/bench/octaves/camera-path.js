/** Paths of a shaking camera, and the kernels that they blur with. */

/**
 * @typedef {import('../triage/random.js').Random} Random
 * @typedef {readonly { dx: number, dy: number, weight: number }[]} Kernel Weights sum to 1.
 * @typedef {readonly (readonly [x: number, y: number])[]} Path Points in pixels, around (0, 0).
 */

const INSTANTS = 48;
const SAMPLES_PER_PIXEL = 4;
/** Paths of this length and more, in pixels, go to the nearest pixels: less than half the taps. */
const LONG = 32;

/**
 * Returns a path of hand tremor of length 1, centred. Direction and speed are random walks, as in
 * `planar_path` of `models/lab/synthesis/camera_path.py`; most paths are nearly straight.
 * @param {Random} random
 * @returns {Path}
 */
export function cameraPath(random) {
  const wander = random.next() ** 2;
  let angle = random.between(0, 2 * Math.PI);
  const drift = random.normal() * 0.06 * wander;
  let speed = 1;
  let [x, y, length] = [0, 0, 0];
  /** @type {[number, number][]} */
  const points = [[0, 0]];
  for (let i = 0; i < INSTANTS; i++) {
    angle += drift + random.normal() * 0.4 * wander;
    speed += random.normal() * 0.12;
    const step = Math.min(2.5, Math.max(0.2, speed));
    x += step * Math.cos(angle);
    y += step * Math.sin(angle);
    length += step;
    points.push([x, y]);
  }
  const [mx, my] = [0, 1].map((k) => points.reduce((sum, p) => sum + p[k], 0) / points.length);
  return points.map(([px, py]) => [(px - mx) / length, (py - my) / length]);
}

/**
 * Returns a path turned so that its principal axis has the given direction.
 * @param {Path} path Centred path.
 * @param {number} direction Angle in radians.
 * @returns {Path}
 */
export function turnTo(path, direction) {
  let [xx, xy, yy] = [0, 0, 0];
  for (const [x, y] of path) {
    xx += x * x;
    xy += x * y;
    yy += y * y;
  }
  const by = direction - Math.atan2(2 * xy, xx - yy) / 2;
  const [cos, sin] = [Math.cos(by), Math.sin(by)];
  return path.map(([x, y]) => [cos * x - sin * y, sin * x + cos * y]);
}

/**
 * Returns the kernel of a path: light is spread evenly over its instants, between which the camera
 * moves straight. Each sample of a short path is split over four pixels.
 * @param {Path} path Path of length 1.
 * @param {number} length Length in pixels.
 * @returns {Kernel}
 */
export function kernelOf(path, length) {
  /** @type {Map<string, { dx: number, dy: number, weight: number }>} */
  const cells = new Map();
  const segments = path.length - 1;
  const perSegment = Math.ceil((length * SAMPLES_PER_PIXEL) / segments) + 1;
  for (let s = 0; s < segments; s++) {
    const [[ax, ay], [bx, by]] = [path[s], path[s + 1]];
    for (let i = 0; i < perSegment; i++) {
      const t = (i + 0.5) / perSegment;
      const exact = [(ax + t * (bx - ax)) * length, (ay + t * (by - ay)) * length];
      const [x, y] = length < LONG ? exact : exact.map(Math.round);
      const [x0, y0] = [Math.floor(x), Math.floor(y)];
      for (const k of length < LONG ? [0, 1, 2, 3] : [0]) {
        const [dx, dy] = [x0 + (k & 1), y0 + (k >> 1)];
        const weight = (1 - Math.abs(x - dx)) * (1 - Math.abs(y - dy));
        const cell = cells.get(`${dx},${dy}`) ?? { dx, dy, weight: 0 };
        cell.weight += weight / (segments * perSegment);
        cells.set(`${dx},${dy}`, cell);
      }
    }
  }
  const kept = [...cells.values()].filter(({ weight }) => weight > 1e-5);
  const total = kept.reduce((sum, { weight }) => sum + weight, 0);
  return kept.map(({ dx, dy, weight }) => ({ dx, dy, weight: weight / total }));
}
