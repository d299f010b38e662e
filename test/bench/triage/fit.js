/** Fitting a probability to what is known, and what tells how good it is. */
import { Random } from './random.js';

/**
 * Logistic regression by Newton's method on standardised signs, with a ridge that keeps weights small where signs say the same.
 * `labels`: 0 or 1. Returns {mean, deviation, hidden: [], out}.
 */
export function fitLogistic(signs, labels, ridge) {
  const scale = scaleOf(signs);
  const rows = standardised(signs, scale).map((row) => [...row, 1]);
  const constant = rows[0].length - 1;
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
  return { ...shortened(scale), hidden: [], out: beta.map(short) };
}

/** One hidden layer, by Adam with decaying weights over all signs at once. The same every time. Returns {mean, deviation, hidden, out}. */
export function fitHidden(signs, labels, { units, steps, rate, decay, seed }) {
  const scale = scaleOf(signs);
  const rows = standardised(signs, scale).map((row) => Float64Array.from(row));
  const width = rows[0].length;
  const random = new Random(seed);
  const per = width + 1;
  // All weights in one array: each unit's, its constant last, then those of the sum of units.
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
    // Slower towards the end, so that where it stops does not depend on the last step.
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
    Array.from(weights.subarray(u * per, (u + 1) * per), short),
  );
  return { ...shortened(scale), hidden, out: Array.from(weights.subarray(out), short) };
}

const sigmoid = (value) => 1 / (1 + Math.exp(-value));

function scaleOf(signs) {
  const width = signs[0].length;
  const mean = columns(signs, width, (values) => average(values));
  const deviation = columns(signs, width, (values, i) =>
    Math.max(1e-6, Math.sqrt(average(values.map((value) => (value - mean[i]) ** 2)))),
  );
  return { mean, deviation };
}

function standardised(signs, { mean, deviation }) {
  return signs.map((row) =>
    row.map((value, i) => Math.min(4, Math.max(-4, (value - mean[i]) / deviation[i]))),
  );
}

const shortened = ({ mean, deviation }) => ({
  mean: mean.map(short),
  deviation: deviation.map(short),
});

/** Five digits are more than the fit knows. */
const short = (value) => Number(value.toPrecision(5));
const average = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const columns = (rows, width, of) =>
  Array.from({ length: width }, (_, i) =>
    of(
      rows.map((row) => row[i]),
      i,
    ),
  );

/** Gaussian elimination with pivots. */
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
  const out = new Array(n).fill(0);
  for (let i = n - 1; i >= 0; i--) {
    let sum = rows[i][n];
    for (let j = i + 1; j < n; j++) sum -= rows[i][j] * out[j];
    out[i] = sum / rows[i][i];
  }
  return out;
}

/** How often a blurred photo's score is above a sharp one's; equal scores count half. */
export function areaUnderRoc(blurred, sharp) {
  const won = blurred.flatMap((b) => sharp.map((s) => (b > s ? 1 : b === s ? 0.5 : 0)));
  return average(won);
}

/** [{threshold, truePositives, falsePositives}] as shares, from the strictest threshold on. */
export function rocCurve(blurred, sharp) {
  const thresholds = [...new Set([...blurred, ...sharp])].sort((a, b) => b - a);
  const above = (scores, from) => scores.filter((score) => score >= from).length / scores.length;
  return thresholds.map((threshold) => ({
    threshold,
    truePositives: above(blurred, threshold),
    falsePositives: above(sharp, threshold),
  }));
}

/** Mean distance between what is told and what is so, over ten bins of the score, weighed by how many photos fall into each. */
export function calibrationError(scores, labels) {
  const bins = Array.from({ length: 10 }, () => []);
  scores.forEach((score, i) => bins[Math.min(9, Math.floor(score * 10))].push([score, labels[i]]));
  return bins.reduce((sum, bin) => {
    if (bin.length === 0) return sum;
    const distance = Math.abs(average(bin.map(([s]) => s)) - average(bin.map(([, l]) => l)));
    return sum + (distance * bin.length) / scores.length;
  }, 0);
}
