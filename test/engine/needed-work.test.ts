import { describe, expect, it } from 'vitest';
import type { Manifest } from '../../src/shared/contracts/manifest.js';
import type { CellBlur } from '../../src/main/blur/blur-field.js';
import type { Sharpness } from '../../src/main/blur/sharpness.js';
import { neededWork, type Evidence, type Need } from '../../src/main/engine/session/needed-work.js';
import type { OctaveTile } from '../../src/main/engine/session/octave.js';
import { settingsOf } from './session-harness.js';

const SHARP: Sharpness = { sharp: true, smeared: 0, hasSmearedPart: () => false };
const UNDECIDED: Sharpness = { ...SHARP, sharp: false };
const SMEARED: Sharpness = { sharp: false, smeared: 0.5, hasSmearedPart: () => true };
const PARTLY_SMEARED: Sharpness = { ...UNDECIDED, smeared: 0.1, hasSmearedPart: () => true };

/** Cells of a straight path along x. */
const cells = (count: number, length: number, moved = 0.9): CellBlur[] =>
  Array<CellBlur>(count).fill({
    ...{ cxx: length ** 2 / 12, cxy: 0, cyy: 0, moved, defocused: 0 },
  });

interface Situation {
  readonly found?: readonly CellBlur[];
  readonly octave?: number;
  readonly hinted?: boolean;
  readonly sharpness?: Sharpness;
  readonly change?: Parameters<typeof settingsOf>[1];
  readonly pyramid?: boolean;
  readonly isGuided?: boolean;
}

function needOf(situation: Situation): Need {
  const { found = [], octave = 0, hinted = false, sharpness = SMEARED } = situation;
  const { change, pyramid = true, isGuided = false } = situation;
  const side = 6000 >> octave;
  const tile = {
    ...{ hinted, rect: { x: 0, y: 0, w: 512, h: 512 } },
    octave: { number: octave, size: { width: side, height: side }, coarser: {} },
  } as unknown as OctaveTile;
  const evidence: Evidence = {
    settings: settingsOf('p', { skip: true, ...change }),
    manifest: { pyramid: pyramid ? { maxOctaves: 7 } : undefined } as Manifest,
    blur: { over: () => found } as unknown as Evidence['blur'],
    noteBlur: () => undefined,
    dependencies: () => [],
    isGuided,
  };
  return neededWork(tile, evidence, () => sharpness);
}

describe('a tile', () => {
  it('is computed where blur of its octave is short enough', () => {
    expect(needOf({ found: cells(100, 20) })).toBe('compute');
    expect(needOf({ found: [...cells(97, 1, 0), ...cells(3, 12)], sharpness: SHARP })).toBe(
      'compute',
    );
    expect(needOf({ found: cells(100, 50), octave: 1 })).toBe('compute');
  });

  it('is taken from the coarser octave where all blur is too long', () => {
    expect(needOf({ found: cells(100, 60) })).toBe('coarser');
    expect(needOf({ found: cells(100, 100), octave: 1 })).toBe('coarser');
    expect(needOf({ found: cells(100, 60), change: { workAt: 'full' } })).toBe('compute');
  });

  it('stays sharp where neither the coarser octaves nor its own pixels show blur', () => {
    expect(needOf({ found: cells(100, 1, 0.1), sharpness: SHARP })).toBe('sharp');
    expect(needOf({ found: cells(100, 9, 0.2), sharpness: UNDECIDED })).toBe('sharp');
    const partly = { found: cells(100, 9, 0.2), sharpness: PARTLY_SMEARED };
    expect([needOf({ ...partly, octave: 1 }), needOf(partly)]).toEqual(['compute', 'sharp']);
    expect(needOf({ found: cells(100, 1, 0.1) })).toBe('compute');
  });

  it('is always computed inside a hint, without skipping, and in small octaves', () => {
    expect(needOf({ found: cells(100, 60), hinted: true })).toBe('compute');
    expect(needOf({ found: cells(100, 60), change: { skip: false } })).toBe('compute');
    expect(needOf({ octave: 3, sharpness: SHARP })).toBe('compute');
  });

  it('is computed at the octave where its blur fits a network without octaves', () => {
    const guided = { pyramid: false, isGuided: true };
    const needs = (length: number) =>
      [0, 1, 2, 3].map((octave) => needOf({ ...guided, octave, found: cells(100, length) }));
    expect(needs(20)).toEqual(['compute', 'coarser', 'coarser', 'coarser']);
    expect(needs(40)).toEqual(['coarser', 'compute', 'coarser', 'coarser']);
    expect(needs(80)).toEqual(['coarser', 'coarser', 'compute', 'coarser']);
    expect(needs(400)).toEqual(['coarser', 'coarser', 'coarser', 'compute']);
    const still = { ...guided, found: cells(100, 1, 0.1) };
    expect(needOf({ ...still, sharpness: SHARP })).toBe('sharp');
    expect([needOf(still), needOf({ ...still, octave: 2 })]).toEqual(['compute', 'coarser']);
  });

  it('follows its own pixels alone for a network without octaves', () => {
    expect(needOf({ pyramid: false, sharpness: SHARP })).toBe('sharp');
    expect(needOf({ pyramid: false })).toBe('compute');
  });
});
