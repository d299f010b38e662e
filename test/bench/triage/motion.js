/** Paths of a camera while its shutter is open, as the places to which a point's light goes. */

/**
 * @typedef {import('./random.js').Random} Random
 * @typedef {readonly { dx: number, dy: number, weight: number }[]} Kernel Weights sum to 1.
 */

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
