import { expect, it } from 'vitest';
import type { SessionEvent } from '../../src/main/engine/protocol.js';
import type { Restoration } from '../../src/main/engine/session/restoration.js';
import { RunReports } from '../../src/main/engine/session/run-reports.js';

/** Tiles 0 to 3 of octaves 0 to 3, of which those from octave 2 on are small. */
const tiles = [0, 1, 2, 3].map((number) => ({ index: number, octave: { number } }));
const RESTORATION = { tiles, wholeFrom: 2 } as unknown as Restoration;

function stage(tile: number): SessionEvent {
  return { type: 'stage', tile, stage: 1, rect: { x: 0, y: 0, w: 8, h: 8 }, version: 1, ms: 1 };
}

it('emits the stages of small octaves together, when a larger one comes next', () => {
  const emitted: SessionEvent[] = [];
  const reports = new RunReports(RESTORATION, null, (event) => emitted.push(event));
  reports.emit(stage(3));
  reports.releaseBefore(RESTORATION.tiles[2]);
  reports.emit(stage(2));
  expect(emitted).toEqual([]);
  reports.releaseBefore(RESTORATION.tiles[1]);
  expect(emitted).toEqual([stage(3), stage(2)]);
  reports.emit(stage(1));
  expect(emitted).toHaveLength(3);
});

it('emits what waits when no tile follows', () => {
  const emitted: SessionEvent[] = [];
  const reports = new RunReports(RESTORATION, null, (event) => emitted.push(event));
  reports.emit(stage(3));
  reports.releaseBefore(undefined);
  reports.release();
  expect(emitted).toEqual([stage(3)]);
});
