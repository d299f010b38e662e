/**
 * Makes scenes in linear light: drawn ones of overlapping textured shapes, whose sizes follow a
 * power law as in nature, and real photos, continued by reflection so that they are not rescaled.
 * The pixel references depend on every bit of the drawn ones.
 */
import sharp from 'sharp';

/**
 * @typedef {import('./random.js').Random} Random
 * @typedef {import('./camera.js').Size} Size
 * @typedef {import('./camera.js').Scene} Scene
 */

const WHITE = 65535;

/** Linear light in 16 bits of each level of 8-bit sRGB. */
export const TO_LINEAR = Uint16Array.from({ length: 256 }, (_, i) => {
  const v = i / 255;
  return Math.round(WHITE * (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
});

/**
 * Reads a photo, enlarges it and continues it by reflection to fill the frame. Enlarging makes up
 * for the fact that photos which were scaled down are sharper than those of large sensors.
 * @param {string} path
 * @param {Random} random
 * @param {Size & { zoom: number }} frame
 * @returns {Promise<Scene>}
 */
export async function photoScene(path, random, { width, height, zoom }) {
  const { width: w0, height: h0 } = await sharp(path).metadata();
  const { data, info } = await sharp(path)
    .flatten()
    .toColourspace('srgb')
    .resize(Math.round(w0 * zoom), Math.round(h0 * zoom), { kernel: 'cubic' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const out = new Uint16Array(width * height * 3);
  const left = random.integer(info.width);
  const top = random.integer(info.height);
  const columns = Int32Array.from({ length: width }, (_, x) => 3 * mirror(x + left, info.width));
  for (let y = 0, to = 0; y < height; y++) {
    const row = mirror(y + top, info.height) * info.width * 3;
    for (let x = 0; x < width; x++) {
      const from = row + columns[x];
      out[to++] = TO_LINEAR[data[from]];
      out[to++] = TO_LINEAR[data[from + 1]];
      out[to++] = TO_LINEAR[data[from + 2]];
    }
  }
  return out;
}

/**
 * @param {number} i
 * @param {number} length
 */
function mirror(i, length) {
  const at = i % (2 * length);
  return at < length ? at : 2 * length - 1 - at;
}

/**
 * Draws a scene.
 * @param {Random} random
 * @param {Size & { busy: number, lines: number }} options `busy`: shapes per 100 × 100 pixels;
 *   `lines`: share of the shapes with straight edges.
 * @returns {Scene}
 */
export function drawnScene(random, { width, height, busy, lines }) {
  const out = new Uint16Array(width * height * 3);
  const sky = [0, 1].map(() => colour(random, 0.5));
  for (let y = 0, to = 0; y < height; y++) {
    const t = y / height;
    for (let x = 0; x < width; x++, to += 3) {
      for (let c = 0; c < 3; c++) out[to + c] = sky[0][c] * (1 - t) + sky[1][c] * t;
    }
  }
  const shapes = Math.round((busy * width * height) / 1e4);
  const textures = Array.from({ length: 6 }, () => texture(random));
  // Large shapes first, so that small ones lie before them.
  const sizes = Array.from({ length: shapes }, () => size(random, Math.min(width, height) / 3));
  for (const radius of sizes.sort((a, b) => b - a)) {
    drawShape(out, width, height, random, radius, lines, random.pick(textures));
  }
  return out;
}

/**
 * Returns a radius with density r^-3, under which a picture looks alike at every scale.
 * @param {Random} random
 * @param {number} largest
 */
function size(random, largest) {
  const smallest = 3;
  const u = random.next();
  return 1 / Math.sqrt(u / smallest ** 2 + (1 - u) / largest ** 2);
}

/**
 * @param {Random} random
 * @param {number} [bright] Share of white.
 */
function colour(random, bright = random.between(0.02, 0.8)) {
  const tint = random.between(0, 0.5);
  return [0, 1, 2].map(() => WHITE * Math.min(1, bright * (1 - tint + 2 * tint * random.next())));
}

const TEXTURE = 256;

/**
 * Returns factors around 1: noise of several scales, or stripes.
 * @param {Random} random
 */
function texture(random) {
  const out = new Float32Array(TEXTURE * TEXTURE).fill(1);
  const strength = random.ratio(0.03, 0.4);
  const striped = random.next() < 0.4;
  const angle = random.between(0, Math.PI);
  const frequency = random.ratio(0.05, 0.8);
  for (let octave = 1; octave <= 8; octave *= 2) {
    const side = TEXTURE / octave;
    const grid = Float32Array.from({ length: side * side }, () => random.normal());
    for (let y = 0; y < TEXTURE; y++) {
      for (let x = 0; x < TEXTURE; x++) {
        const g = grid[Math.floor(y / octave) * side + Math.floor(x / octave)];
        out[y * TEXTURE + x] += strength * (striped ? 0.2 : 0.5) * g;
      }
    }
  }
  if (striped) {
    for (let y = 0; y < TEXTURE; y++) {
      for (let x = 0; x < TEXTURE; x++) {
        const phase = frequency * (x * Math.cos(angle) + y * Math.sin(angle));
        out[y * TEXTURE + x] += strength * Math.sign(Math.sin(phase));
      }
    }
  }
  return out;
}

/**
 * Draws an ellipse or a rectangle at a random place.
 * @param {Scene} out
 * @param {number} width
 * @param {number} height
 * @param {Random} random
 * @param {number} radius
 * @param {number} lines Probability of a rectangle.
 * @param {Float32Array} texture
 */
function drawShape(out, width, height, random, radius, lines, texture) {
  const cx = random.between(0, width);
  const cy = random.between(0, height);
  const angle = random.next() < 0.5 ? 0 : random.between(0, Math.PI);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const aspect = random.ratio(0.15, 1);
  const square = random.next() < lines;
  const paint = colour(random);
  const shade = random.between(-0.4, 0.4) / radius;
  const top = Math.max(0, Math.floor(cy - 1.5 * radius));
  const bottom = Math.min(height, Math.ceil(cy + 1.5 * radius));
  const left = Math.max(0, Math.floor(cx - 1.5 * radius));
  const right = Math.min(width, Math.ceil(cx + 1.5 * radius));
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const u = ((x - cx) * cos + (y - cy) * sin) / radius;
      const v = ((y - cy) * cos - (x - cx) * sin) / (radius * aspect);
      if (square ? u > 1 || u < -1 || v > 1 || v < -1 : u * u + v * v > 1) continue;
      const light = (1 + shade * (x - cx)) * texture[(y & 255) * TEXTURE + (x & 255)];
      const to = (y * width + x) * 3;
      for (let c = 0; c < 3; c++) {
        const value = paint[c] * light;
        out[to + c] = value < 0 ? 0 : value > WHITE ? WHITE : value;
      }
    }
  }
}

/**
 * Adds mist, in place; more of it towards the top, where things are farther away.
 * @param {Scene} scene
 * @param {Size} size
 * @param {Random} random
 */
export function addFog(scene, { width, height }, random) {
  const veil = colour(random, random.between(0.3, 0.7));
  const [near, far] = [random.between(0.1, 0.5), random.between(0.02, 0.15)];
  for (let y = 0, i = 0; y < height; y++) {
    const clear = far + ((near - far) * y) / height;
    for (let x = 0; x < 3 * width; x++, i++)
      scene[i] = clear * scene[i] + (1 - clear) * veil[i % 3];
  }
}

/**
 * Returns a soft-edged part of the frame, 0 to 1 per pixel: a blob, or one side of a wavy line.
 * @param {Random} random
 * @param {Size} size
 * @param {number} share Share of the frame that the part covers.
 */
export function part(random, { width, height }, share) {
  const out = new Float32Array(width * height);
  const angle = random.between(0, 2 * Math.PI);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const blob = random.next() < 0.6;
  const cx = width * random.between(0.35, 0.65);
  const cy = height * random.between(0.35, 0.65);
  const aspect = random.ratio(0.6, 1.6);
  /**
   * @param {number} x
   * @param {number} y
   */
  const distance = (x, y) => {
    const u = (x - cx) * cos + (y - cy) * sin;
    const v = (y - cy) * cos - (x - cx) * sin;
    const wave = 0.12 * Math.sin(5 * Math.atan2(v, u) + angle);
    return blob ? Math.hypot(u * aspect, v / aspect) * (1 + wave) : u + 60 * Math.sin(v / 300);
  };
  // Finds the border that leaves the share inside from a coarse sample.
  const samples = [];
  for (let y = 8; y < height; y += 16) {
    for (let x = 8; x < width; x += 16) samples.push(distance(x, y));
  }
  const border = samples.sort((a, b) => a - b)[Math.floor(share * (samples.length - 1))];
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const t = (border - distance(x, y)) / 3 + 0.5;
      out[i] = t < 0 ? 0 : t > 1 ? 1 : t;
    }
  }
  return out;
}
