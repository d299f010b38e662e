/** Messages from the editor to the painter's thread. */
import { describe, expect, it } from 'vitest';
import { CoverageSheet } from '../../src/renderer/canvas/coverage-sheet.js';
import type { Overlay, Scene, Source } from '../../src/renderer/canvas/layers.js';
import type { Frame, PaintAnswer, PaintRequest } from '../../src/renderer/canvas/paint-protocol.js';
import {
  PictureLedger,
  RemotePainter,
  type FrameInput,
} from '../../src/renderer/canvas/remote-painter.js';

/** Returns a 4 × 3 sheet away from the photo's corner. */
const sheet = (): CoverageSheet =>
  new CoverageSheet({ scale: 0.5, rect: { x: 10, y: 20, w: 4, h: 3 } });

describe('a sheet of coverage', () => {
  it('covers the area of its view', () => {
    expect(sheet().rect).toEqual({ x: 20, y: 40, w: 8, h: 6 });
  });

  it('returns everything written since the last call as one rectangle', () => {
    const one = sheet();
    one.write({ x: 11, y: 20, w: 1, h: 1 }, Uint8Array.of(1));
    one.write({ x: 12, y: 21, w: 1, h: 1 }, Uint8Array.of(2));
    expect(one.takeChanged()).toEqual({
      rect: { x: 1, y: 0, w: 2, h: 2 },
      coverage: Uint8Array.of(1, 0, 0, 2),
    });
    expect(one.takeChanged()).toBeNull();
  });

  it('returns everything for a new painter', () => {
    const one = sheet();
    one.write({ x: 13, y: 22, w: 1, h: 1 }, Uint8Array.of(9));
    one.takeChanged();
    const { rect, coverage } = one.whole();
    expect(rect).toEqual({ x: 0, y: 0, w: 4, h: 3 });
    expect([...coverage]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9]);
    expect(one.takeChanged()).toBeNull();
  });
});

describe("the painter's pictures", () => {
  it('are sent once, then only their changes', () => {
    const ledger = new PictureLedger();
    const one = sheet();
    const id = ledger.use(one);
    expect(ledger.use(one)).toBe(id);
    expect(ledger.settle().pictures).toMatchObject([{ id, size: { width: 4, height: 3 } }]);
    expect(ledger.use(one)).toBe(id);
    expect(ledger.settle()).toEqual({ pictures: [], forget: [] });
    one.write({ x: 10, y: 20, w: 1, h: 1 }, Uint8Array.of(5));
    ledger.use(one);
    const { pictures } = ledger.settle();
    expect(pictures).toMatchObject([{ id, part: { rect: { x: 0, y: 0, w: 1, h: 1 } } }]);
  });

  it('are forgotten when unused and sent completely again', () => {
    const ledger = new PictureLedger();
    const one = sheet();
    const id = ledger.use(one);
    ledger.settle();
    expect(ledger.settle()).toEqual({ pictures: [], forget: [id] });
    const again = ledger.use(one);
    expect(again).not.toBe(id);
    const { pictures } = ledger.settle();
    expect(pictures).toMatchObject([{ id: again, part: { rect: { w: 4, h: 3 } } }]);
  });
});

describe('the painter', () => {
  const scene = (overlays: Overlay[], coverage: CoverageSheet | null = null): Scene => ({
    ...{ photo: { width: 100, height: 80 }, levels: 1, level: 0, pixelRatio: 1, pixelGrid: false },
    view: { scale: 1, x: 50, y: 40 },
    panes: [],
    palette: {
      ...{ surround: '#000', mask: '#111', maskLine: '#222', hint: '#333' },
      ...{ hintLine: '#444', ink: '#555', paper: '#666' },
    },
    original: { kind: 'original', photo: 'p' },
    left: null,
    right: coverage && {
      ...{ tiles: { kind: 'original', photo: 'p' }, strength: 1 },
      ...{ coverage: { base: coverage, detail: null } },
    },
    overlays,
  });
  const look = (of: Scene | null, width = 10): FrameInput => ({
    ...{ size: { width, height: 10 }, surround: '#000', requests: [], scene: of },
  });

  /** Double of the thread's port; clones messages like `postMessage`. */
  function line() {
    const frames: Frame[] = [];
    const reported: (string | null)[] = [];
    let answer: (answer: PaintAnswer) => void = () => undefined;
    const port = {
      post(request: PaintRequest, transfer: Transferable[]): void {
        if (request.kind !== 'frame') return;
        frames.push(structuredClone(request, { transfer: transfer as never }).frame);
      },
      listen: (handler: (answer: PaintAnswer) => void): void => void (answer = handler),
    };
    const painter = new RemotePainter(port, {} as OffscreenCanvas, {
      failures: () => undefined,
      broken: (cause) => reported.push(cause),
    });
    return { painter, frames, reported, answer: (a: PaintAnswer) => answer(a) };
  }

  it('draws one frame at a time, then the latest state', () => {
    const { painter, frames, answer } = line();
    let width = 1;
    for (let i = 0; i < 5; i++) painter.show(() => look(null, width));
    width = 7;
    expect(frames.map(({ size }) => size.width)).toEqual([1]);
    answer({ kind: 'drawn' });
    expect(frames.map(({ size }) => size.width)).toEqual([1, 7]);
    answer({ kind: 'drawn' });
    expect(frames).toHaveLength(2);
  });

  it('reports a failure until a frame is drawn', () => {
    const { painter, reported, answer } = line();
    painter.show(() => look(null));
    answer({ kind: 'broken', cause: 'No context.' });
    expect(reported).toEqual(['No context.']);
    answer({ kind: 'drawn' });
    expect(reported.at(-1)).toBeNull();
  });

  it('replaces the pictures of every layer by ids', () => {
    const { painter, frames } = line();
    const [covered, painted] = [sheet(), sheet()];
    const source: Source = covered;
    const mark = { kind: 'painted', paint: painted, strength: 1, selected: false } as const;
    painter.show(() =>
      look(
        scene(
          [
            { kind: 'mask', coverage: { base: covered, detail: painted }, opacity: 1 },
            { kind: 'hints', marks: [mark] },
            { kind: 'map', picture: source, opacity: 1 },
            { kind: 'crosshair', at: { x: 1, y: 2 } },
          ],
          covered,
        ),
      ),
    );
    const [frame] = frames;
    expect(frame?.pictures.map(({ id }) => id)).toEqual([1, 2]);
    expect(frame?.scene?.right?.coverage).toEqual({
      base: { picture: 1, rect: covered.rect },
      detail: null,
    });
    expect(frame?.scene?.overlays).toEqual([
      {
        kind: 'mask',
        coverage: {
          base: { picture: 1, rect: covered.rect },
          detail: { picture: 2, rect: painted.rect },
        },
        opacity: 1,
      },
      { kind: 'hints', marks: [{ ...mark, paint: { picture: 2, rect: painted.rect } }] },
      { kind: 'map', picture: 1, opacity: 1 },
      { kind: 'crosshair', at: { x: 1, y: 2 } },
    ]);
  });
});
