/** Fits probabilities to labelled features, and measures how good they are. */
import { mean } from '../tools.js';
import { Random } from './random.js';

/**
 * @typedef {readonly (readonly number[])[]} Rows One row of features per example.
 * @typedef {{ mean: number[], deviation: number[] }} Scale Per feature.
 * @typedef {Scale & { hidden: number[][], out: number[] }} Regression Weights; constants last.
 */

/**
 * Fits a logistic regression by Newton's method.
 * @param {Rows} features
 * @param {readonly number[]} labels 0 or 1.
 * @param {number} ridge Penalty that keeps weights small where features are correlated.
 * @returns {Regression} Without hidden units.
 */
export function fitLogistic(features, labels, ridge) {
  const scale = scaleOf(features);
  const rows = standardise(features, scale).map((row) => [...row, 1]);
  const constant = rows[0].length - 1;
  /** @type {number[]} */
  let beta = new Array(rows[0].length).fill(0);
  for (let step = 0; step < 50; step++) {
    const gradient = beta.map((b, i) => (i === constant ? 0 : ridge * b));
    const hessian = beta.map((_, i) =>
      beta.map((_, j) => (i !== j ? 0 : i === constant ? 1e-9 : ridge)),
    );
    rows.forEach((row, n) => {
      const p = sigmoid(row.reduce((sum, value, i) => sum + value * beta[i], 0));
      for (let i = 0; i < row.length; i++) {
        gradient[i] += (p - labels[n]) * row[i];
        for (let j = 0; j < row.length; j++) hessian[i][j] += p * (1 - p) * row[i] * row[j];
      }
    });
    const change = solve(hessian, gradient);
    beta = beta.map((b, i) => b - change[i]);
    if (Math.max(...change.map(Math.abs)) < 1e-8) break;
  }
  return { ...roundScale(scale), hidden: [], out: beta.map(roundDigits) };
}

/**
 * Fits a network with one hidden layer by AdamW over all examples at once.
 * @param {Rows} features
 * @param {readonly number[]} labels 0 or 1.
 * @param {{ units: number, steps: number, rate: number, decay: number, seed: number }} options
 * @returns {Regression}
 */
export function fitHidden(features, labels, { units, steps, rate, decay, seed }) {
  const scale = scaleOf(features);
  const rows = standardise(features, scale).map((row) => Float64Array.from(row));
  const width = rows[0].length;
  const random = new Random(seed);
  const per = width + 1;
  // One array: the weights and the constant of each unit, then those of the output.
  const weights = new Float64Array(units * per + units + 1);
  for (let i = 0; i < weights.length; i++) weights[i] = random.normal() / Math.sqrt(width);
  const out = units * per;
  const [first, second] = [new Float64Array(weights.length), new Float64Array(weights.length)];
  const gradient = new Float64Array(weights.length);
  const state = new Float64Array(units);
  for (let step = 1; step <= steps; step++) {
    gradient.fill(0);
    rows.forEach((row, n) => {
      let sum = weights[out + units];
      for (let u = 0; u < units; u++) {
        let value = weights[u * per + width];
        for (let i = 0; i < width; i++) value += weights[u * per + i] * row[i];
        state[u] = Math.tanh(value);
        sum += weights[out + u] * state[u];
      }
      const error = (sigmoid(sum) - labels[n]) / rows.length;
      gradient[out + units] += error;
      for (let u = 0; u < units; u++) {
        gradient[out + u] += error * state[u];
        const back = error * weights[out + u] * (1 - state[u] ** 2);
        for (let i = 0; i < width; i++) gradient[u * per + i] += back * row[i];
        gradient[u * per + width] += back;
      }
    });
    // A falling rate makes the result independent of the last steps.
    const now = rate * (0.5 + 0.5 * Math.cos((Math.PI * step) / steps));
    for (let i = 0; i < weights.length; i++) {
      first[i] = 0.9 * first[i] + 0.1 * gradient[i];
      second[i] = 0.999 * second[i] + 0.001 * gradient[i] ** 2;
      const m = first[i] / (1 - 0.9 ** step);
      const v = second[i] / (1 - 0.999 ** step);
      weights[i] -= now * (m / (Math.sqrt(v) + 1e-8) + decay * weights[i]);
    }
  }
  const hidden = Array.from({ length: units }, (_, u) =>
    Array.from(weights.subarray(u * per, (u + 1) * per), roundDigits),
  );
  return { ...roundScale(scale), hidden, out: Array.from(weights.subarray(out), roundDigits) };
}

/** @param {number} value */
const sigmoid = (value) => 1 / (1 + Math.exp(-value));

/**
 * @param {Rows} features
 * @returns {Scale}
 */
function scaleOf(features) {
  const columns = features[0].map((_, i) => features.map((row) => row[i]));
  const means = columns.map(mean);
  const deviation = columns.map((values, i) =>
    Math.max(1e-6, Math.sqrt(mean(values.map((value) => (value - means[i]) ** 2)))),
  );
  return { mean: means, deviation };
}

/**
 * Scales features to mean 0 and deviation 1, and limits them to ±4.
 * @param {Rows} features
 * @param {Scale} scale
 */
function standardise(features, scale) {
  return features.map((row) =>
    row.map((value, i) => Math.min(4, Math.max(-4, (value - scale.mean[i]) / scale.deviation[i]))),
  );
}

/** @param {Scale} scale */
const roundScale = (scale) => ({
  mean: scale.mean.map(roundDigits),
  deviation: scale.deviation.map(roundDigits),
});

/**
 * Rounds to five digits, more than the fit can determine.
 * @param {number} value
 */
function roundDigits(value) {
  return Number(value.toPrecision(5));
}

/**
 * Solves a system of linear equations by Gaussian elimination with pivots.
 * @param {number[][]} matrix
 * @param {number[]} right
 */
function solve(matrix, right) {
  const rows = matrix.map((row, i) => [...row, right[i]]);
  const n = rows.length;
  for (let i = 0; i < n; i++) {
    let pivot = i;
    for (let k = i + 1; k < n; k++) {
      if (Math.abs(rows[k][i]) > Math.abs(rows[pivot][i])) pivot = k;
    }
    [rows[i], rows[pivot]] = [rows[pivot], rows[i]];
    for (let k = i + 1; k < n; k++) {
      const factor = rows[k][i] / rows[i][i];
      for (let j = i; j <= n; j++) rows[k][j] -= factor * rows[i][j];
    }
  }
  /** @type {number[]} */
  const out = new Array(n).fill(0);
  for (let i = n - 1; i >= 0; i--) {
    let sum = rows[i][n];
    for (let j = i + 1; j < n; j++) sum -= rows[i][j] * out[j];
    out[i] = sum / rows[i][i];
  }
  return out;
}

/**
 * Returns how often a blurred photo scores above a sharp one; equal scores count half.
 * @param {readonly number[]} blurred
 * @param {readonly number[]} sharp
 */
export function areaUnderRoc(blurred, sharp) {
  const won = blurred.flatMap((b) => sharp.map((s) => (b > s ? 1 : b === s ? 0.5 : 0)));
  return mean(won);
}

/**
 * Returns the shares of true and false positives, from the strictest threshold on.
 * @param {readonly number[]} blurred
 * @param {readonly number[]} sharp
 */
export function rocCurve(blurred, sharp) {
  const thresholds = [...new Set([...blurred, ...sharp])].sort((a, b) => b - a);
  /**
   * @param {readonly number[]} scores
   * @param {number} from
   */
  const above = (scores, from) => scores.filter((score) => score >= from).length / scores.length;
  return thresholds.map((threshold) => ({
    threshold,
    truePositives: above(blurred, threshold),
    falsePositives: above(sharp, threshold),
  }));
}

/**
 * Returns the expected calibration error: the mean distance between score and label over ten bins
 * of the score, weighted by their numbers of photos.
 * @param {readonly number[]} scores
 * @param {readonly number[]} labels 0 or 1.
 */
export function calibrationError(scores, labels) {
  /** @type {{ score: number, label: number }[][]} */
  const bins = Array.from({ length: 10 }, () => []);
  scores.forEach((score, i) =>
    bins[Math.min(9, Math.floor(score * 10))].push({ score, label: labels[i] }),
  );
  return bins.reduce((sum, bin) => {
    if (bin.length === 0) return sum;
    const error = mean(bin.map(({ score }) => score)) - mean(bin.map(({ label }) => label));
    return sum + (Math.abs(error) * bin.length) / scores.length;
  }, 0);
}
