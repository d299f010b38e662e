/** Pixels of the mask: views, updates and requests to the worker. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MaskClient, type MaskQuery } from '../../src/renderer/features/mask/worker/client.js';
import type {
  MaskAnswer,
  MaskRequest,
  MaskUpdate,
} from '../../src/renderer/features/mask/worker/protocol.js';
import { MaskServer } from '../../src/renderer/features/mask/worker/server.js';
import { placeOf } from '../../src/renderer/canvas/coverage-sheet.js';
import { baseView, detailView } from '../../src/renderer/features/mask/worker/views.js';
import {
  packPoints,
  rasterise,
  strokePath,
  type RegionOperation,
  type RegionView,
} from '../../src/shared/regions/index.js';

const PHOTO = { width: 400, height: 300 };
const LARGE = { width: 8660, height: 5774 };
const box = (x: number): RegionOperation => ({
  ...{ kind: 'rectangle', mode: 'add', x, y: 10, w: 40, h: 50 },
});
const stroke = (points: [number, number][]): RegionOperation => ({
  ...{ kind: 'stroke', mode: 'add', size: 30, hardness: 0.5, flow: 1 },
  ...strokePath(points),
});

describe('the rasterised views', () => {
  const pixels = (view: RegionView | null): number => (view ? view.rect.w * view.rect.h : 0);

  it('cover the whole photo and have at most two megapixels together', () => {
    const base = baseView(LARGE);
    expect(placeOf(base)).toMatchObject({ x: 0, y: 0 });
    expect(placeOf(base).w).toBeGreaterThanOrEqual(LARGE.width);
    fc.assert(
      fc.property(
        fc.double({ min: 0.05, max: 1, noNaN: true }),
        fc.double({ min: 0.02, max: 32, noNaN: true }),
        (share, scale) => {
          const [w, h] = [LARGE.width * share, LARGE.height * share];
          const visible = { x: (LARGE.width - w) / 2, y: (LARGE.height - h) / 3, w, h };
          const detail = detailView(LARGE, visible, scale);
          // Rounded outwards by a pixel on each side.
          expect(pixels(base) + pixels(detail)).toBeLessThan(2_010_000);
          if (detail === null) return;
          const { x, y, w: dw, h: dh } = placeOf(detail);
          expect(x <= visible.x && y <= visible.y).toBe(true);
          expect(x + dw).toBeGreaterThanOrEqual(visible.x + w - 1e-6);
          expect(y + dh).toBeGreaterThanOrEqual(visible.y + h - 1e-6);
          expect(detail.scale).toBeLessThanOrEqual(Math.min(1, scale));
        },
      ),
    );
  });

  it('stay the same for small moves, and drop the detail if the base is fine enough', () => {
    const visible = { x: 1000, y: 1000, w: 900, h: 600 };
    const first = detailView(LARGE, visible, 1)!;
    expect(first.scale).toBe(1);
    expect(detailView(LARGE, { ...visible, x: 1080 }, 1, first)).toBe(first);
    expect(detailView(LARGE, { ...visible, x: 1400 }, 1, first)).not.toBe(first);
    expect(detailView(LARGE, visible, 0.5, first)).not.toBe(first);
    expect(detailView(LARGE, { x: 0, y: 0, w: 8660, h: 5774 }, 0.05)).toBeNull();
    expect(detailView({ width: 600, height: 400 }, { x: 0, y: 0, w: 600, h: 400 }, 8)).toBeNull();
  });
});

/** Client and server in one thread; the test triggers each answer. */
class Pair {
  readonly requests: MaskRequest[] = [];
  readonly pictures = new Map<string, { view: RegionView; bytes: Uint8Array }>();
  readonly failures: string[] = [];
  owner = '';
  share = -1;
  readonly client: MaskClient<string>;
  readonly #server = new MaskServer();
  #answer: (answer: MaskAnswer) => void = () => undefined;

  constructor() {
    const port = {
      // Like `postMessage`: threads share no objects.
      post: (request: MaskRequest) => void this.requests.push(structuredClone(request)),
      listen: (handler: (answer: MaskAnswer) => void) => (this.#answer = handler),
    };
    this.client = new MaskClient<string>(port, {
      changed: (query, updates, share) => {
        this.owner = query.owner;
        this.share = share;
        for (const update of updates) this.#write(update);
      },
      failed: ({ code }) => this.failures.push(code),
    });
  }

  /** Lets the worker answer its oldest request. */
  step(): MaskRequest {
    const request = this.requests.shift()!;
    this.#answer(this.#server.answer(request));
    return request;
  }

  fail(): void {
    this.requests.shift();
    this.#answer({ error: { code: 'out-of-memory', params: {} } });
  }

  #write({ part, view, rect, coverage }: MaskUpdate): void {
    let picture = this.pictures.get(part);
    if (picture === undefined || JSON.stringify(picture.view) !== JSON.stringify(view)) {
      picture = { view, bytes: new Uint8Array(view.rect.w * view.rect.h).fill(77) };
      this.pictures.set(part, picture);
    }
    for (let y = 0; y < rect.h; y++) {
      const at = (rect.y - view.rect.y + y) * view.rect.w + rect.x - view.rect.x;
      picture.bytes.set(coverage.subarray(y * rect.w, (y + 1) * rect.w), at);
    }
  }
}

function query(
  operations: RegionOperation[],
  detail: RegionView | null = null,
  owner = 'a',
): MaskQuery<string> {
  return { owner, photo: PHOTO, operations, views: { base: baseView(PHOTO), detail } };
}

describe("the mask's client and server", () => {
  it('produce the same pixels as rasterising at once after any edits and view changes', () => {
    const pair = new Pair();
    const detail = { scale: 0.5, rect: { x: 20, y: 5, w: 100, h: 90 } };
    const points: [number, number][] = [...Array(12).keys()].map((i) => [50 + 9 * i, 100 + i * i]);
    const [one, two] = [box(30), box(200)];
    const documents: [RegionOperation[], RegionView | null][] = [
      [[one], null],
      ...points.map((_, i): [RegionOperation[], null] => [
        [one, stroke(points.slice(0, i + 1))],
        null,
      ]),
      [[one, two], detail],
      [[one, two, { kind: 'feather', radius: 12 }], detail],
      [[two], { ...detail, scale: 0.7 }],
      [[{ kind: 'invert' }, two], null],
    ];
    for (const [operations, view] of documents) {
      pair.client.show(query(operations, view));
      pair.step();
      for (const { view: shown, bytes } of [
        pair.pictures.get('base')!,
        ...(view === null ? [] : [pair.pictures.get('detail')!]),
      ]) {
        const expected = rasterise({ operations }, PHOTO, shown);
        expect(bytes.length).toBe(expected.length);
        expect(bytes.findIndex((value, i) => value !== expected[i])).toBe(-1);
      }
    }
    // The inversion removed everything; one box was added after it.
    expect(pair.share).toBeCloseTo((40 * 50) / (PHOTO.width * PHOTO.height), 5);
  });

  it('send only the new points of a growing stroke', () => {
    const pair = new Pair();
    const points: [number, number][] = [...Array(50).keys()].map((i) => [5 * i, 100]);
    pair.client.show(query([box(1), stroke(points.slice(0, 40))]));
    expect(pair.step().added).toHaveLength(2);
    pair.client.show(query([box(1), stroke(points)]));
    pair.step();
    const first = box(1);
    pair.client.show(query([first, stroke(points.slice(0, 40))]));
    pair.step();
    pair.client.show(query([first, stroke(points)]));
    const { added } = pair.step();
    expect(added).toHaveLength(1);
    const old = packPoints(points.slice(0, 40)).text;
    expect(added[0]).toMatchObject({ path: packPoints(points).text.slice(old.length) });
  });

  it('send one request at a time, and only the latest of the waiting ones', () => {
    const pair = new Pair();
    for (const x of [1, 2, 3]) pair.client.show(query([box(x)], null, `photo ${x}`));
    expect(pair.requests).toHaveLength(1);
    pair.step();
    expect(pair.owner).toBe('photo 1');
    expect(pair.requests).toHaveLength(1);
    pair.step();
    expect([pair.owner, pair.requests.length]).toEqual(['photo 3', 0]);
  });

  it('start from scratch after a failure', () => {
    const pair = new Pair();
    const one = box(1);
    pair.client.show(query([one]));
    pair.fail();
    expect(pair.failures).toEqual(['out-of-memory']);
    pair.client.show(query([one]));
    expect(pair.requests[0]!.added).toHaveLength(1);
    pair.step();
    expect(pair.pictures.get('base')?.bytes.includes(255)).toBe(true);
  });

  it('answer a request with unknown operations by an error, and the next one normally', () => {
    const server = new MaskServer();
    const views = { base: baseView(PHOTO), detail: null };
    expect(() => server.answer({ photo: PHOTO, operations: [4], added: [], views })).toThrow();
    const added = [{ id: 4, operation: box(1) }];
    expect(server.answer({ photo: PHOTO, operations: [4], added, views }).updates).toHaveLength(1);
  });
});
