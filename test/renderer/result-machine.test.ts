/** State machine of a result, in every order of events. */
import { describe, expect, it } from 'vitest';
import {
  happened,
  IDLE,
  isBusy,
  isVisible,
  refused,
  requested,
  started,
  type ResultModel,
} from '../../src/renderer/editor/result/result-machine.js';
import type { StartedResult } from '../../src/shared/protocol/calls.js';
import type { ResultEvent } from '../../src/shared/protocol/events.js';
import { UnsmearError } from '../../src/shared/core/errors.js';

const answer: StartedResult = {
  result: 'r-00000001',
  stages: ['Uniform pass', 'Refinement'],
  maps: ['difficulty'],
  tile: 512,
  complete: false,
  blurredShare: null,
  version: 0,
};
const rect = { x: 0, y: 0, w: 10, h: 10 };
const stage = (number: number, version: number): ResultEvent => ({
  ...{ type: 'stage', stage: number, rect, version },
});
const after = (...events: ResultEvent[]): ResultModel =>
  events.reduce(happened, started(requested(IDLE), answer));
const shares = (model: ResultModel): number[] => model.stages.map(({ share }) => share);

describe('a result', () => {
  it('goes from idle over loading to running', () => {
    expect(requested(IDLE).phase).toBe('loading');
    expect(isBusy(requested(IDLE))).toBe(true);
    expect(after().phase).toBe('running');
    expect(isVisible(after())).toBe(false);
  });

  it('is visible from its first tile on', () => {
    expect(isVisible(after(stage(1, 1)))).toBe(true);
  });

  it('fills its stages by the shares that the engine reports', () => {
    const model = after(stage(1, 1), stage(1, 2), stage(2, 3), {
      ...{ type: 'progress', done: 0, total: 4, stages: [0.5, 0.25], secondsLeft: null },
    });
    expect(shares(model)).toEqual([0.5, 0.25]);
    expect(model.version).toBe(3);
    expect(model.finished).toEqual([rect]);
  });

  it('is finished at once if everything was computed before', () => {
    const model = started(requested(IDLE), { ...answer, complete: true });
    expect([model.phase, model.finished, shares(model)]).toEqual(['finished', null, [1, 1]]);
    expect(isVisible(model)).toBe(true);
  });

  it('shows every stage complete when finished', () => {
    const end: ResultEvent = {
      type: 'finished',
      version: 7,
      blurredShare: 0.34,
      computed: 4,
      ms: 900,
    };
    const some = { done: 1, total: 9, stages: [0.1, 0.1], secondsLeft: 3 };
    const model = after({ type: 'progress', ...some }, stage(1, 6), end);
    expect(model).toMatchObject({ phase: 'finished', version: 7, secondsLeft: null, done: 9 });
    expect(shares(model)).toEqual([1, 1]);
  });

  it('is partial when stopped with finished tiles, else idle', () => {
    expect(after(stage(1, 1), { type: 'stopped' }).phase).toBe('partial');
    expect(after({ type: 'stopped' }).phase).toBe('idle');
  });

  it('stays finished if a stop arrives late', () => {
    const end: ResultEvent = { type: 'finished', version: 1, blurredShare: 0, computed: 1, ms: 1 };
    expect(after(end, { type: 'stopped' }).phase).toBe('finished');
  });

  it('stays visible after a new request until the new result starts', () => {
    const before = after(stage(1, 4));
    expect(isVisible(requested(before))).toBe(true);
    const other = started(requested(before), { ...answer, result: 'r-00000002' });
    expect([other.version, isVisible(other), shares(other)]).toEqual([0, false, [0, 0]]);
  });

  it('continues from its previous progress', () => {
    const stopped = after(stage(1, 4), { type: 'stopped' });
    const again = started(requested(stopped), answer);
    expect(again).toMatchObject({ phase: 'running', version: 4, finished: [rect] });
  });
});

describe('errors of a result', () => {
  it('keep the parameters of a rejected request', () => {
    const error = new UnsmearError('image-too-large', { reason: 'upload', megabytes: 9 });
    const model = refused(requested(IDLE), error);
    expect(model.phase).toBe('failed');
    expect(model.error).toMatchObject({ code: 'image-too-large', params: { megabytes: 9 } });
  });

  it('do not include a cancellation', () => {
    const model = refused(requested(after(stage(1, 1))), new UnsmearError('cancelled'));
    expect([model.phase, model.error]).toEqual(['partial', null]);
  });

  it('list each warning once and forget it with the next request', () => {
    const left = { code: 'parts-unfinished', params: { left: 1, total: 2 } } as const;
    const warning: ResultEvent = { type: 'warning', warning: left };
    const retried = { type: 'retried', reason: 'crash', details: 'signal SIGKILL' } as const;
    const model = after(warning, warning, retried);
    expect([model.warnings, model.retried]).toEqual([[left], retried]);
    expect(requested(model)).toMatchObject({ warnings: [], retried: null });
  });
});

describe('a result from an earlier run', () => {
  it("uses the host's version and blurred share", () => {
    const known = { ...answer, complete: true, version: 7, blurredShare: 0.2 };
    expect(started(IDLE, known)).toMatchObject({
      ...{ phase: 'finished', version: 7, blurredShare: 0.2, tile: 512 },
    });
  });

  it('reports the time of its computation, not of its lookup', () => {
    const end = { type: 'finished', version: 7, blurredShare: 0.2 } as const;
    const made = after({ ...end, computed: 4, ms: 9000 });
    expect(made.work).toEqual({ tiles: 4, ms: 9000 });
    const found: ResultEvent = { ...end, computed: 0, ms: 80 };
    const known = { ...answer, complete: true };
    expect(happened(started(requested(made), known), found).work).toEqual(made.work);
    expect(happened(started(IDLE, known), found).work).toBeNull();
  });
});
