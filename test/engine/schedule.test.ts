import { describe, expect, it } from 'vitest';
import {
  nextStep,
  type OrderedTile,
  type Situation,
} from '../../src/main/engine/session/schedule.js';
import { TimeLeft } from '../../src/main/engine/session/time-left.js';

/** Four tiles in a row, 10 pixels wide. */
function tiles(change: Partial<Record<number, Partial<OrderedTile>>> = {}): OrderedTile[] {
  return [0, 1, 2, 3].map((index) => {
    const rect = { x: index * 10, y: 0, w: 10, h: 10 };
    return { index, rect, hint: 0, smeared: 0, done: 0, copies: 1, ...change[index] };
  });
}

function situation(change: Partial<Situation>): Situation {
  const parked = new Set<number>();
  return { tiles: tiles(), view: null, parked, limit: 4, stages: 3, ...change };
}

/** Runs all steps in order, as a run does. */
function play(start: Situation): string[] {
  const parked = new Set<number>();
  let left = [...start.tiles];
  const steps: string[] = [];
  for (;;) {
    const step = nextStep({ ...start, tiles: left, parked });
    if (!step) return steps;
    steps.push(`${step.tile}:${step.from + 1}-${step.to}`);
    if (step.to === start.stages) {
      parked.delete(step.tile);
      left = left.filter(({ index }) => index !== step.tile);
    } else {
      parked.add(step.tile);
      left = left.map((tile) => (tile.index === step.tile ? { ...tile, done: step.to } : tile));
    }
  }
}

describe('the order of work', () => {
  it('is stage 1 of the viewport, its later stages, then the rest', () => {
    const view = { x: 20, y: 0, w: 20, h: 10 };
    expect(play(situation({ view }))).toEqual([
      '2:1-1',
      '3:1-1',
      '2:2-3',
      '3:2-3',
      '0:1-3',
      '1:1-3',
    ]);
  });

  it('prefers hinted tiles, then smeared ones, in each group', () => {
    const view = { x: 10, y: 0, w: 30, h: 10 };
    const some = tiles({ 0: { smeared: 1 }, 2: { smeared: 0.5 }, 3: { hint: 0.1 } });
    expect(play(situation({ tiles: some, view }))).toEqual([
      ...['3:1-1', '2:1-1', '1:1-1', '3:2-3', '2:2-3', '1:2-3'],
      '0:1-3',
    ]);
    expect(play(situation({ tiles: some }))).toEqual(['3:1-3', '0:1-3', '2:1-3', '1:1-3']);
  });

  it('repeats no stage if only one tile can be parked', () => {
    const view = { x: 0, y: 0, w: 40, h: 10 };
    const steps = play(situation({ view, limit: 1 }));
    expect(steps).toEqual(tiles().flatMap(({ index }) => [`${index}:1-1`, `${index}:2-3`]));
  });

  it('restarts a tile whose states were evicted', () => {
    const view = { x: 0, y: 0, w: 10, h: 10 };
    const step = nextStep(situation({ tiles: tiles({ 0: { done: 1 } }), view }));
    expect(step).toEqual({ tile: 0, from: 0, to: 3 });
  });

  it('never parks a tile of several copies, and keeps its place in the order', () => {
    const view = { x: 0, y: 0, w: 40, h: 10 };
    const each = { copies: 8 };
    const all = tiles({ 0: each, 1: each, 2: each, 3: each });
    expect(play(situation({ tiles: all, view }))).toEqual(['0:1-3', '1:1-3', '2:1-3', '3:1-3']);
    const one = tiles({ 2: { copies: 2, hint: 0.1 }, 3: { copies: 2 } });
    expect(play(situation({ tiles: one, view }))).toEqual([
      ...['2:1-3', '0:1-1', '1:1-1', '3:1-3', '0:2-3', '1:2-3'],
    ]);
  });
});

describe('the time left', () => {
  it('is unknown until a tile has finished, then counts the usual stages', () => {
    const times = new TimeLeft();
    const [fresh, half] = [0, 1].map((done) => ({ done, copies: 1 }));
    times.note(0, 1000, false);
    expect(times.seconds([fresh!], 2)).toBeNull();
    times.note(0, 1000, true);
    // Half of the tiles end with stage 1; stage 2 counts like stage 1 until it has run.
    expect(times.seconds([fresh!, half!], 2)).toBeCloseTo(1 + 0.5 + 1, 6);
    times.note(1, 400, true);
    expect(times.seconds([fresh!, half!], 2)).toBeCloseTo(1 + 0.2 + 0.4, 6);
    expect(times.seconds([{ done: 0, copies: 4 }], 2)).toBeCloseTo(4 * (1 + 0.2), 6);
  });
});
