import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placeWindow, SMALLEST } from '../../../src/main/hosts/electron/placement.js';

const MAIN = { x: 0, y: 25, width: 1920, height: 1055 };
const SECOND = { x: -1280, y: 0, width: 1280, height: 1024 };
const window = (x: number, y: number, width = 1200, height = 800) => ({
  bounds: { x, y, width, height },
  maximised: false,
});

describe('the window', () => {
  it('is centred on the main screen at first', () => {
    const { bounds, maximised } = placeWindow(null, [MAIN, SECOND]);
    expect(bounds).toEqual({ x: 240, y: 103, width: 1440, height: 900 });
    expect(maximised).toBe(false);
  });

  it('is restored on any screen, maximised if it was', () => {
    expect(placeWindow(window(-1200, 100), [MAIN, SECOND])).toEqual(window(-1200, 100));
    const kept = { ...window(50, 60), maximised: true };
    expect(placeWindow(kept, [MAIN])).toEqual(kept);
  });

  it('moves to the main screen with its size if its own screen is gone', () => {
    const { bounds } = placeWindow(window(-1200, 100), [MAIN]);
    expect(bounds).toEqual({ x: 360, y: 153, width: 1200, height: 800 });
  });

  it('is never larger than the screen or smaller than the minimum', () => {
    expect(placeWindow(window(0, 25, 9000, 9000), [MAIN]).bounds).toEqual(MAIN);
    expect(placeWindow(window(10, 30, 5, 5), [MAIN]).bounds).toMatchObject(SMALLEST);
  });

  it('can always be dragged', () => {
    const number = fc.integer({ min: -20_000, max: 20_000 });
    const bounds = fc.record({ x: number, y: number, width: number, height: number });
    fc.assert(
      fc.property(bounds, (kept) => {
        const placed = placeWindow({ bounds: kept, maximised: false }, [MAIN, SECOND]).bounds;
        const reachable = [MAIN, SECOND].some(
          (area) =>
            placed.y >= area.y &&
            placed.y + 24 <= area.y + area.height &&
            Math.min(placed.x + placed.width, area.x + area.width) - Math.max(placed.x, area.x) >=
              120,
        );
        expect(reachable).toBe(true);
      }),
    );
  });

  it('needs no screen', () => {
    expect(placeWindow(null, []).bounds).toMatchObject({ width: 1440, height: 900 });
  });
});
