/**
 * Reads the tone curve of grey profiles. The colour engine behind sharp takes grey samples for sRGB
 * whatever their profile, so the curve is applied here: 256 values in sRGB's curve, which is also
 * Display P3's.
 */
import { clamp } from '../../../shared/core/math.js';
import { iccTag, iccSpace } from './icc.js';
import { encodeSrgb } from './srgb.js';

/** Returns `null` for a profile that is not grey or has no curve. */
export function grayTones(icc: Uint8Array): Uint8Array | null {
  if (iccSpace(icc) !== 'GRAY') return null;
  const tag = iccTag(icc, 'kTRC');
  if (tag === null) return null;
  // The curve yields lightness if the profile connects through Lab, else luminance.
  const throughLab = Buffer.from(icc.subarray(20, 24)).toString('latin1') === 'Lab ';
  try {
    const curve = curveOf(tag);
    return Uint8Array.from({ length: 256 }, (_, i) => {
      const value = inRange(curve(i / 255));
      return Math.round(255 * encodeSrgb(throughLab ? luminanceOf(value) : value));
    });
  } catch (error) {
    // The curve is truncated.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

type Curve = (x: number) => number;

function curveOf(tag: Buffer): Curve {
  const type = tag.toString('latin1', 0, 4);
  if (type === 'curv') return sampledCurve(tag);
  if (type === 'para') return parametricCurve(tag);
  throw new RangeError('unknown curve');
}

/** Reads a curve: no entry = a straight line, one = a gamma, more = samples. */
function sampledCurve(tag: Buffer): Curve {
  const count = tag.readUInt32BE(8);
  if (count === 0) return (x) => x;
  if (count === 1) return (x) => x ** (tag.readUInt16BE(12) / 256);
  const sample = (i: number): number => tag.readUInt16BE(12 + 2 * i) / 65535;
  return (x) => {
    const at = x * (count - 1);
    const i = Math.min(count - 2, Math.floor(at));
    return sample(i) + (at - i) * (sample(i + 1) - sample(i));
  };
}

/** Reads one of the five forms of ICC.1, section "parametricCurveType". */
function parametricCurve(tag: Buffer): Curve {
  const form = tag.readUInt16BE(8);
  const counts = [1, 3, 4, 5, 7];
  const count = counts[form];
  if (count === undefined) throw new RangeError('unknown curve');
  const [g = 1, a = 1, b = 0, c = 0, d = 0, e = 0, f = 0] = Array.from(
    { length: count },
    (_, i) => tag.readInt32BE(12 + 4 * i) / 65536,
  );
  const power = (x: number): number => Math.max(0, a * x + b) ** g;
  switch (form) {
    case 0:
      return (x) => x ** g;
    case 1:
      return (x) => (x >= -b / a ? power(x) : 0);
    case 2:
      return (x) => (x >= -b / a ? power(x) + c : c);
    case 3:
      return (x) => (x >= d ? power(x) : c * x);
    default:
      return (x) => (x >= d ? power(x) + e : c * x + f);
  }
}

function inRange(value: number): number {
  return Number.isFinite(value) ? clamp(value, 0, 1) : 0;
}

/** Converts CIE lightness (0..1) to luminance. */
function luminanceOf(lightness: number): number {
  const scaled = (100 * lightness + 16) / 116;
  return scaled > 6 / 29 ? scaled ** 3 : (3 * (6 / 29) ** 2 * (100 * lightness)) / 116;
}
