/** Packed points: precision, size, and refusal of malformed texts. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packPoints, PathWriter, unpackPath } from '../../../src/shared/regions/index.js';
import { MAX_COORDINATE, MAX_PATH_POINTS } from '../../../src/shared/regions/path.js';

const coordinate = fc.double({ min: -MAX_COORDINATE, max: MAX_COORDINATE, noNaN: true });
const share = fc.double({ min: 0, max: 1, noNaN: true });

describe('a packed path', () => {
  it('keeps coordinates to 1/128 pixel and pressures to 1/2048', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(coordinate, coordinate, share)), (points) => {
        const { text } = packPoints(points);
        const values = unpackPath(text, points.length > 0 ? 3 : 2)!.values;
        points.flat().forEach((value, i) => {
          expect(Math.abs(values[i]! - value)).toBeLessThanOrEqual(
            i % 3 === 2 ? 1 / 2048 : 1 / 128,
          );
        });
      }),
    );
  });

  it('is the same text after it was unpacked and packed again', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(coordinate, coordinate)), (points) => {
        const { text } = packPoints(points);
        const { values } = unpackPath(text, 2)!;
        const writer = new PathWriter(2);
        for (let i = 0; i < values.length; i += 2) writer.add(values[i]!, values[i + 1]!);
        expect(writer.text).toBe(text);
      }),
    );
  });

  it('takes about four characters for a point of a stroke', () => {
    const points = Array.from({ length: 200 }, (_, i): [number, number] => [
      2000 + 3 * i,
      1000 + 40 * Math.sin(i / 20),
    ]);
    expect(packPoints(points).text.length).toBeLessThan(4.2 * points.length);
  });

  it('begins with the text of the path that it continues', () => {
    const points: [number, number, number][] = [
      [1, 2, 0.5],
      [3, 4, 1],
      [5, 6, 0.25],
    ];
    const all = packPoints(points).text;
    const begin = packPoints(points.slice(0, 2)).text;
    expect(all.startsWith(begin)).toBe(true);
    expect([...unpackPath(all.slice(begin.length), 3, points[1])!.values]).toEqual(points[2]);
  });

  it('clamps coordinates beyond the largest one', () => {
    const { text } = packPoints([[1e9, -1e9]]);
    expect([...unpackPath(text, 2)!.values]).toEqual([MAX_COORDINATE, -MAX_COORDINATE]);
  });
});

describe('a text that is not a path', () => {
  const point = packPoints([[1, 1]]).text;
  const far = packPoints([[MAX_COORDINATE, 0]]).text;

  it.each([
    ['half a point', 'C', 2],
    ['two numbers where three are expected', 'CC', 3],
    ['an unfinished number', 'Cg', 2],
    ['a foreign character', 'C=', 2],
    ['a character above the alphabet', 'C\u1234', 2],
    ['a number of too many digits', `${'/'.repeat(7)}AC`, 2],
    ['a coordinate out of range', far + packPoints([[1, 0]]).text, 2],
    ['a pressure above 1', packPoints([[1, 1, 1]]).text + packPoints([[1, 1, 1]]).text, 3],
    ['too many points', point.repeat(MAX_PATH_POINTS + 1), 2],
  ] as const)('is refused for %s', (_, text, stride) => {
    expect(unpackPath(text, stride)).toBeNull();
  });
});
