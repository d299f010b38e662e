/** Undo, redo and grouping. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  canRedo,
  canUndo,
  change,
  createHistory,
  endGroup,
  jumpTo,
  listSteps,
  nextLabels,
  present,
  redo,
  undo,
} from '../../../src/shared/edit/history.js';

const begin = () => createHistory('a', 'Open', 0);
const abc = () =>
  change(change(begin(), 'b', { label: 'B', time: 1 }), 'c', { label: 'C', time: 2 });

describe('undo and redo', () => {
  it('move through the steps and stop at the ends', () => {
    const history = abc();
    expect([present(history), canUndo(history), canRedo(history)]).toEqual(['c', true, false]);
    expect(nextLabels(undo(history))).toEqual({ undo: 'B', redo: 'C' });
    expect(present(undo(undo(history)))).toBe('a');
    expect(present(undo(undo(undo(history))))).toBe('a');
    expect(present(redo(undo(undo(history))))).toBe('b');
    expect(present(redo(history))).toBe('c');
    expect(nextLabels(begin())).toEqual({ undo: null, redo: null });
  });

  it('lose the undone steps after a change', () => {
    const history = change(undo(abc()), 'd', { label: 'D', time: 3 });
    expect(listSteps(history).map(({ label, state }) => `${label} ${state}`)).toEqual([
      'Open done',
      'B done',
      'D current',
    ]);
    expect(canRedo(history)).toBe(false);
  });

  it('keep later steps after a jump', () => {
    const history = jumpTo(abc(), 0);
    expect(listSteps(history).map(({ state }) => state)).toEqual(['current', 'undone', 'undone']);
    expect(present(jumpTo(history, 2))).toBe('c');
    expect(present(jumpTo(history, 99))).toBe('c');
  });

  it('get no step for an unchanged state', () => {
    const history = begin();
    expect(change(history, 'a', { label: 'Nothing', time: 9 })).toBe(history);
  });

  it('behave like a list and a position in it', () => {
    const command = fc.oneof(
      fc.nat(99).map((value) => ({ kind: 'set' as const, value })),
      fc.constantFrom({ kind: 'undo' as const }, { kind: 'redo' as const }),
      fc.nat(9).map((index) => ({ kind: 'jump' as const, index })),
    );
    fc.assert(
      fc.property(fc.array(command, { maxLength: 40 }), (commands) => {
        let history = createHistory(-1, 'Open', 0);
        let list = [-1];
        let at = 0;
        for (const step of commands) {
          if (step.kind === 'set') {
            history = change(history, step.value, { label: 'Set', time: 0 });
            if (step.value !== list[at]) list = [...list.slice(0, ++at), step.value];
          } else if (step.kind === 'jump') {
            history = jumpTo(history, step.index);
            at = Math.min(step.index, list.length - 1);
          } else {
            history = step.kind === 'undo' ? undo(history) : redo(history);
            at = Math.min(list.length - 1, Math.max(0, at + (step.kind === 'undo' ? -1 : 1)));
          }
          expect(history.steps.map(({ state }) => state)).toEqual(list);
          expect(present(history)).toBe(list[at]);
        }
      }),
    );
  });
});

describe('a group of changes', () => {
  const drag = { label: 'Strength', group: 'strength' };

  it('is one step until it ends', () => {
    let history = begin();
    for (const value of ['b', 'c', 'd']) history = change(history, value, { ...drag, time: 5 });
    expect(history.steps.map(({ state }) => state)).toEqual(['a', 'd']);
    history = change(endGroup(history), 'e', { ...drag, time: 6 });
    expect(history.steps.map(({ state }) => state)).toEqual(['a', 'd', 'e']);
    expect(present(undo(history))).toBe('d');
  });

  it('does not include another control or a much later change', () => {
    let history = change(begin(), 'b', { ...drag, time: 0 });
    history = change(history, 'c', { label: 'Size', group: 'size', time: 1 });
    history = change(history, 'd', { ...drag, time: 2 });
    history = change(history, 'e', { ...drag, time: 1002, within: 1000 });
    history = change(history, 'f', { ...drag, time: 2003, within: 1000 });
    expect(history.steps.map(({ state }) => state)).toEqual(['a', 'b', 'c', 'e', 'f']);
  });

  it('ends with an undo', () => {
    let history = change(begin(), 'b', { ...drag, time: 0 });
    history = change(redo(undo(history)), 'c', { ...drag, time: 0 });
    expect(history.steps).toHaveLength(3);
  });
});
