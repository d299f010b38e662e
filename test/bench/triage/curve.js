/** Draws the ROC curve for the documentation. */
const SIDE = 320;
const MARGIN = 48;
const FULL = SIDE + 1.5 * MARGIN;
const MIDDLE = 'text-anchor="middle"';
const FONT = 'font-family="sans-serif" font-size="11" fill="#444"';

/**
 * Returns the curve as SVG.
 * @param {{ curve: { threshold: number, truePositives: number, falsePositives: number }[],
 *   areaUnderRoc: number, photos: number }} numbers
 */
export function drawCurve({ curve, areaUnderRoc, photos }) {
  /** @param {number} share */
  const x = (share) => (MARGIN + share * SIDE).toFixed(1);
  /** @param {number} share */
  const y = (share) => (MARGIN / 2 + (1 - share) * SIDE).toFixed(1);
  const points = [{ threshold: Infinity, falsePositives: 0, truePositives: 0 }, ...curve];
  const line = points.map((p) => `${x(p.falsePositives)},${y(p.truePositives)}`).join(' ');
  const half = curve.findLast(({ threshold }) => threshold >= 0.5) ?? points[0];
  const ticks = [0, 0.25, 0.5, 0.75, 1].flatMap((share) => [
    `<path d="M${x(share)} ${y(0)}V${y(1)}M${x(0)} ${y(share)}H${x(1)}" stroke="#ddd"/>`,
    `<text x="${x(share)}" y="${Number(y(0)) + 16}" ${MIDDLE}>${share * 100} %</text>`,
    `<text x="${MARGIN - 6}" y="${Number(y(share)) + 4}" text-anchor="end">${share * 100} %</text>`,
  ]);
  const axes = 'Blurred photos found against sharp photos taken for blurred';
  const title = `${axes}: ${photos} photos, area ${areaUnderRoc}`;
  const [halfX, halfY] = [x(half.falsePositives), y(half.truePositives)];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${FULL} ${FULL}" width="${FULL}" ${FONT}>
<title>${title}</title>
<rect width="100%" height="100%" fill="#fff"/>
${ticks.join('\n')}
<polyline points="${line}" fill="none" stroke="#1769aa" stroke-width="2"/>
<circle cx="${halfX}" cy="${halfY}" r="4" fill="#1769aa"/>
<text x="${Number(halfX) + 10}" y="${Number(halfY) + 14}">score 0.5</text>
<text x="${x(0.5)}" y="${Number(y(0)) + 32}" ${MIDDLE}>sharp photos taken for blurred</text>
<text transform="translate(12 ${y(0.5)}) rotate(-90)" ${MIDDLE}>blurred photos found</text>
</svg>
`;
}
