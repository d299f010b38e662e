/** Logistic regression, and what tells how good a classifier is. */

/**
 * By Newton's method on standardised signs, with a ridge that keeps weights small where signs say the same. `labels`: 0 or 1.
 * Returns {mean, deviation, weights, bias}.
 */
export function fitLogistic(signs, labels, ridge) {
  const width = signs[0].length;
  const mean = columns(signs, width, (values) => average(values));
  const deviation = columns(signs, width, (values, i) =>
    Math.max(1e-6, Math.sqrt(average(values.map((value) => (value - mean[i]) ** 2)))),
  );
  const rows = signs.map((row) => [
    1,
    ...row.map((value, i) => Math.min(4, Math.max(-4, (value - mean[i]) / deviation[i]))),
  ]);
  let beta = new Array(width + 1).fill(0);
  for (let step = 0; step < 50; step++) {
    const gradient = beta.map((b, i) => (i === 0 ? 0 : ridge * b));
    const hessian = beta.map((_, i) => beta.map((_, j) => (i === j ? (i === 0 ? 1e-9 : ridge) : 0)));
    rows.forEach((row, n) => {
      const p = 1 / (1 + Math.exp(-row.reduce((sum, value, i) => sum + value * beta[i], 0)));
      const w = p * (1 - p);
      for (let i = 0; i <= width; i++) {
        gradient[i] += (p - labels[n]) * row[i];
        for (let j = 0; j <= width; j++) hessian[i][j] += w * row[i] * row[j];
      }
    });
    const change = solve(hessian, gradient);
    beta = beta.map((b, i) => b - change[i]);
    if (Math.max(...change.map(Math.abs)) < 1e-8) break;
  }
  const [bias, ...weights] = beta.map(short);
  return { mean: mean.map(short), deviation: deviation.map(short), weights, bias };
}

/** Five digits are more than the fit knows. */
const short = (value) => Number(value.toPrecision(5));
const average = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const columns = (rows, width, of) =>
  Array.from({ length: width }, (_, i) => of(rows.map((row) => row[i]), i));

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
