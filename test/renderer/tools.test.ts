/** Drawing regions and hints by pointer and keyboard. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { handleAt, HANDLES, moveBox, resizeBox } from '../../src/renderer/canvas/box-handles.js';
import { CanvasKeyboard } from '../../src/renderer/app/photo-view/keyboard.js';
import type { CanvasTool, ToolInput } from '../../src/renderer/canvas/tool.js';
import { HintTool } from '../../src/renderer/features/hints/hint-tool.svelte.js';
import { Hints } from '../../src/renderer/features/hints/hints.svelte.js';
import { MaskTrial } from '../../src/renderer/features/mask/mask-trial.svelte.js';
import { RegionTools } from '../../src/renderer/features/mask/region-tools.svelte.js';
import { App } from '../../src/renderer/app/app.svelte.js';
import {
  encodeGrid,
  packPoints,
  strokePath,
  type RegionOperation,
} from '../../src/shared/regions/index.js';
import { Host, opened } from './double.js';

let app: App;
let tools: Partial<Record<string, CanvasTool>>;
const at = (x: number, y: number, more: Partial<ToolInput> = {}): ToolInput => ({
  ...{ at: { x, y }, pressure: 0.5, pen: false, shift: false, alt: false, unit: 1, ...more },
});
const operations = (): readonly RegionOperation[] => app.photo!.regions.operations;

function drag(tool: CanvasTool, path: [number, number][], more: Partial<ToolInput> = {}): void {
  const [first, ...rest] = path.map(([x, y]) => at(x, y, more));
  tool.down(first!);
  for (const input of rest) tool.move(input, true);
  tool.up((rest.at(-1) ?? first)!);
}

beforeEach(async () => {
  const host = new Host();
  app = new App(host, { getItem: () => null, setItem: () => undefined });
  const file = { ref: 'f-0000000000000001', name: 'a.jpg', bytes: 1, modified: null };
  void app.photos.open([{ ...file, kind: 'photo' }]);
  await host.of('openPhoto')[0]!.answer(opened());
  app.view.canvas = { width: 600, height: 400 };
  app.view.show(app.photo!.info);
  app.view.zoomTo(1);
  tools = new RegionTools(app, app.mask).tools;
});

describe('region tools', () => {
  it('show a stroke while it is drawn and add it as one step', () => {
    const { brush } = tools;
    brush!.down(at(10, 10));
    brush!.move(at(60, 10), true);
    expect(app.mask.operations).toMatchObject([
      {
        kind: 'stroke',
        ...strokePath([
          [10, 10],
          [60, 10],
        ]),
      },
    ]);
    expect(operations()).toEqual([]);
    brush!.up(at(60, 10));
    expect(operations()).toMatchObject([{ kind: 'stroke', mode: 'add', size: 120, flow: 1 }]);
    expect(app.mask.drawn).toBeNull();
    app.photo!.undo();
    expect(operations()).toEqual([]);
  });

  it('record the pressure of pens only', () => {
    drag(
      tools.brush!,
      [
        [10, 10],
        [60, 10],
      ],
      { pen: true, pressure: 0.25 },
    );
    drag(
      tools.brush!,
      [
        [10, 10],
        [60, 10],
      ],
      { pressure: 0.25 },
    );
    expect(operations()).toMatchObject([
      strokePath([
        [10, 10, 0.25],
        [60, 10, 0.25],
      ]),
      strokePath([
        [10, 10],
        [60, 10],
      ]),
    ]);
  });

  it('erase with Shift, decided at the start of a stroke and at the end of a shape', () => {
    for (const name of ['brush', 'rectangle', 'ellipse', 'lasso']) {
      const tool = tools[name]!;
      tool.down(at(10, 10, { shift: name === 'brush' }));
      tool.move(at(90, 10), true);
      tool.up(at(90, 80, { shift: name !== 'brush' }));
    }
    expect(operations().map((one) => ('mode' in one ? one.mode : null))).toEqual(
      Array(4).fill('erase'),
    );
  });

  it('ignore clicks with shapes, but draw a dot with the brush', () => {
    for (const name of ['rectangle', 'ellipse', 'lasso']) {
      drag(tools[name]!, [
        [10, 10],
        [12, 12],
        [11, 10],
      ]);
    }
    expect(operations()).toEqual([]);
    drag(tools.brush!, [[10, 10]]);
    expect(operations()).toMatchObject([{ kind: 'stroke', ...strokePath([[10, 10]]) }]);
  });

  it('leave nothing of a cancelled gesture', () => {
    tools.lasso!.down(at(10, 10));
    tools.lasso!.move(at(90, 10), true);
    tools.lasso!.move(at(90, 90), true);
    expect(app.mask.operations).toHaveLength(1);
    tools.lasso!.cancel();
    expect([app.mask.operations, operations()]).toEqual([[], []]);
  });
});

describe('drawing by keyboard', () => {
  const said: string[] = [];
  let keyboard: CanvasKeyboard;
  let tool: CanvasTool;
  const press = (key: string, more: Partial<KeyboardEvent> = {}): boolean => {
    const preventDefault = vi.fn();
    keyboard.press({ key, preventDefault, ...more } as unknown as KeyboardEvent);
    return preventDefault.mock.calls.length > 0;
  };
  beforeEach(() => {
    said.length = 0;
    tool = tools.lasso!;
    keyboard = new CanvasKeyboard(
      app.view,
      () => tool,
      (text) => said.push(text),
    );
  });

  it('draws a lasso in steps of 8 and 80 px and announces positions', () => {
    press('ArrowRight');
    const from = app.view.cursor!;
    expect(from.x).toBe(308);
    press('Enter');
    press('ArrowRight', { shiftKey: true });
    press('ArrowDown', { shiftKey: true });
    press('ArrowLeft', { shiftKey: true });
    press('Enter');
    expect(operations()).toMatchObject([
      {
        kind: 'lasso',
        mode: 'add',
        path: packPoints([
          [308, 200],
          [388, 200],
          [388, 280],
          [308, 280],
        ]).text,
      },
    ]);
    expect(said).toContain('Drawing from 308, 200');
    expect(said.at(-1)).toBe('Drawn to 308, 280');
  });

  it('cancels with Escape or when another tool is selected', () => {
    press('Enter');
    press('ArrowRight', { shiftKey: true });
    expect(press('Escape')).toBe(true);
    expect(app.mask.drawn).toBeNull();
    // Nothing is being drawn, so the key is left to others.
    expect(press('Escape')).toBe(false);
    tool = tools.rectangle!;
    press('Enter');
    press('ArrowRight', { shiftKey: true });
    press('ArrowDown', { shiftKey: true });
    tool = tools.brush!;
    press('Enter');
    expect(app.mask.drawn).toMatchObject({ kind: 'stroke' });
    expect(operations()).toEqual([]);
  });

  it('adds, moves, resizes and removes a hint', () => {
    const hints = new Hints(app);
    const hintTool = new HintTool(hints);
    tool = hintTool;
    press('Enter');
    press('ArrowRight', { shiftKey: true });
    press('ArrowDown', { shiftKey: true });
    press('Enter');
    expect(app.photo!.hints).toMatchObject([{ kind: 'box', x: 300, y: 200, w: 80, h: 80 }]);
    press('ArrowLeft');
    press('ArrowLeft');
    press('ArrowDown', { shiftKey: true });
    expect(app.photo!.hints).toMatchObject([{ x: 284, y: 200, w: 80, h: 88 }]);
    // Consecutive presses are one step.
    app.photo!.undo();
    expect(app.photo!.hints).toMatchObject([{ x: 300, w: 80, h: 80 }]);
    press('Delete');
    expect(app.photo!.hints).toEqual([]);
    expect(hints.selected).toBeNull();
  });
});

describe('hints by pointer', () => {
  it('are moved and resized as one step each, and deselected by a click beside them', () => {
    const hints = new Hints(app);
    const hintTool = new HintTool(hints);
    drag(hintTool, [
      [100, 100],
      [150, 150],
      [200, 180],
    ]);
    drag(hintTool, [
      [150, 140],
      [170, 150],
      [180, 160],
    ]);
    expect(app.photo!.hints).toMatchObject([{ x: 130, y: 120, w: 100, h: 80 }]);
    drag(hintTool, [
      [230, 200],
      [240, 205],
      [250, 210],
    ]);
    expect(app.photo!.hints).toMatchObject([{ x: 130, y: 120, w: 120, h: 90 }]);
    app.photo!.undo();
    expect(app.photo!.hints).toMatchObject([{ w: 100, h: 80 }]);
    drag(hintTool, [[500, 300]]);
    expect(hints.selected).toBeNull();
    drag(hintTool, [[150, 140]]);
    expect(hints.selected).toBe(app.photo!.hints[0]!.id);
  });

  it('extend the selected painted hint or start a new one; erasing needs existing paint', () => {
    const hints = new Hints(app);
    const hintTool = new HintTool(hints);
    hints.painting = true;
    drag(
      hintTool,
      [
        [100, 100],
        [200, 100],
      ],
      { shift: true },
    );
    expect(app.photo!.hints).toEqual([]);
    drag(hintTool, [
      [100, 100],
      [200, 100],
    ]);
    drag(
      hintTool,
      [
        [100, 200],
        [200, 200],
      ],
      { shift: true },
    );
    const modes = (): unknown =>
      app.photo!.hints.map((hint) =>
        hint.kind === 'painted'
          ? hint.paint.operations.map((one) => 'mode' in one && one.mode)
          : null,
      );
    expect(modes()).toEqual([['add', 'erase']]);
    hints.selected = null;
    drag(hintTool, [
      [300, 200],
      [400, 200],
    ]);
    expect(modes()).toEqual([['add', 'erase'], ['add']]);
  });
});

describe('box handles', () => {
  const photo = { width: 600, height: 400 };
  const box = { x: 100, y: 100, w: 50, h: 40 };

  it('are eight, corners before edges', () => {
    expect(HANDLES).toHaveLength(8);
    expect(handleAt(box, { x: 101, y: 99 }, 4)).toEqual({ dx: -1, dy: -1 });
    expect(handleAt(box, { x: 125, y: 141 }, 4)).toEqual({ dx: 0, dy: 1 });
    expect(handleAt(box, { x: 125, y: 120 }, 4)).toBeNull();
    expect(handleAt({ ...box, w: 2, h: 2 }, { x: 101, y: 101 }, 9)).toMatchObject({
      dx: -1,
      dy: -1,
    });
  });

  it('keep the box inside the photo and at least one pixel large', () => {
    expect(moveBox(box, 1e6, -1e6, photo)).toEqual({ ...box, x: 550, y: 0 });
    expect(resizeBox(box, { dx: 1, dy: 1 }, -1e6, 1e6, photo)).toEqual({ ...box, w: 1, h: 300 });
    expect(resizeBox(box, { dx: -1, dy: -1 }, 1e6, -1e6, photo)).toEqual({
      x: 149,
      y: 0,
      w: 1,
      h: 140,
    });
  });
});

describe('an adjustment of the mask', () => {
  it('is visible at once and becomes one step only when applied', async () => {
    const trial = new MaskTrial(app, app.mask);
    drag(tools.rectangle!, [
      [10, 10],
      [90, 80],
    ]);
    await trial.begin('feather');
    trial.set(33);
    expect(app.mask.operations.at(-1)).toEqual({ kind: 'feather', radius: 33 });
    expect(operations()).toHaveLength(1);
    trial.cancel();
    expect(app.mask.operations).toHaveLength(1);
    await trial.begin('grow');
    for (const value of [-5, -10, -20]) trial.set(value);
    trial.keep();
    expect(operations().at(-1)).toEqual({ kind: 'grow', amount: -20 });
    app.photo!.undo();
    expect(operations()).toHaveLength(1);
  });

  it('fetches the difficulty map once and reports a failure', async () => {
    const photo = app.photo!;
    photo.run.model = { ...photo.run.model, result: 'r-00000001' };
    const grid = encodeGrid(2, 1, Uint8Array.of(0, 255));
    const fetch = vi.fn(() => Promise.resolve(grid));
    const trial = new MaskTrial(app, app.mask, fetch);
    await trial.begin('threshold');
    trial.set(60);
    expect(fetch).toHaveBeenCalledTimes(1);
    trial.keep();
    expect(operations()).toEqual([{ kind: 'threshold', mode: 'add', map: grid, threshold: 0.6 }]);
    const failing = new MaskTrial(app, app.mask, () => Promise.reject(new Error('gone')));
    await failing.begin('threshold');
    expect([failing.error?.cause, failing.loading]).toEqual(['gone', false]);
    failing.keep();
    expect(operations()).toHaveLength(1);
  });
});

describe('the mask over the photo', () => {
  it('is shown in the regions panel unless the user decides otherwise', () => {
    const { view } = app;
    expect(view.maskShown).toBe(false);
    view.panel = 'regions';
    expect([view.maskShown, view.maskPinned]).toEqual([true, false]);
    view.maskShown = false;
    expect(view.maskShown).toBe(false);
    view.panel = 'restore';
    view.maskShown = true;
    expect([view.maskShown, view.maskPinned]).toEqual([true, true]);
  });

  it('covers everything without operations, and is unknown until its pixels arrive', () => {
    expect([app.mask.share, app.mask.coverage]).toEqual([1, null]);
    app.photo!.addRegion({ kind: 'invert' });
    expect(app.mask.share).toBeNull();
  });
});

describe('the brush', () => {
  it('changes its hardness by tenths within its limits', () => {
    const { brush } = app;
    brush.harden(1);
    expect(brush.hardness).toBeCloseTo(0.6);
    for (let i = 0; i < 20; i++) brush.harden(-1);
    expect(brush.hardness).toBe(0);
  });
});
