/** The ROC curve as a small picture for the documentation. */
const SIDE = 320;
const MARGIN = 48;

export function drawCurve({ curve, areaUnderRoc, photos }) {
  const x = (share) => (MARGIN + share * SIDE).toFixed(1);
  const y = (share) => (MARGIN / 2 + (1 - share) * SIDE).toFixed(1);
  const points = [{ falsePositives: 0, truePositives: 0 }, ...curve];
  const line = points.map((p) => `${x(p.falsePositives)},${y(p.truePositives)}`).join(' ');
  const half = curve.findLast(({ threshold }) => threshold >= 0.5) ?? points[0];
  const ticks = [0, 0.25, 0.5, 0.75, 1].flatMap((share) => [
    `<path d="M${x(share)} ${y(0)}V${y(1)}M${x(0)} ${y(share)}H${x(1)}" stroke="#ddd"/>`,
    `<text x="${x(share)}" y="${Number(y(0)) + 16}" text-anchor="middle">${share * 100} %</text>`,
    `<text x="${MARGIN - 6}" y="${Number(y(share)) + 4}" text-anchor="end">${share * 100} %</text>`,
  ]);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIDE + 1.5 * MARGIN} ${SIDE + 1.5 * MARGIN}" width="${SIDE + 1.5 * MARGIN}" font-family="sans-serif" font-size="11" fill="#444">
<title>Blurred photos found against sharp photos taken for blurred: ${photos} photos, area ${areaUnderRoc}</title>
<rect width="100%" height="100%" fill="#fff"/>
${ticks.join('\n')}
<polyline points="${line}" fill="none" stroke="#1769aa" stroke-width="2"/>
<circle cx="${x(half.falsePositives)}" cy="${y(half.truePositives)}" r="4" fill="#1769aa"/>
<text x="${Number(x(half.falsePositives)) + 10}" y="${Number(y(half.truePositives)) + 14}">score 0.5</text>
<text x="${x(0.5)}" y="${Number(y(0)) + 32}" text-anchor="middle">sharp photos taken for blurred</text>
<text transform="translate(12 ${y(0.5)}) rotate(-90)" text-anchor="middle">blurred photos found</text>
</svg>
`;
}
