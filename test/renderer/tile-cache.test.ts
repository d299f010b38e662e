/** Tile cache: requests, versions, memory and failures. */
import { beforeEach, describe, expect, it } from 'vitest';
import { TileCache, type TileRequest } from '../../src/renderer/canvas/tile-cache.js';

interface Load {
  readonly url: string;
  readonly signal: AbortSignal;
  readonly arrive: () => Promise<void>;
  readonly fail: () => Promise<void>;
}

let loads: Load[] = [];
let freed: string[] = [];
let changes = 0;

const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

function cache(maxBytes = 1000, parallel = 6): TileCache<string> {
  return new TileCache<string>(
    {
      load: (signal, url) =>
        new Promise((resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('aborted')));
          loads.push({
            url,
            signal,
            arrive: () => (resolve(url), settle()),
            fail: () => (reject(new Error('404')), settle()),
          });
        }),
      bytes: () => 100,
      free: (tile) => freed.push(tile),
    },
    { maxBytes, parallel, changed: () => changes++ },
  );
}

const ask = (slot: string, version = 0): TileRequest => ({
  slot,
  version,
  url: `${slot}@${version}`,
});
const urls = (): string[] => loads.map(({ url }) => url);

beforeEach(() => {
  loads = [];
  freed = [];
  changes = 0;
});

describe('loading', () => {
  it('requests a tile once, reports its arrival and returns it', async () => {
    const tiles = cache();
    tiles.want([ask('a')]);
    tiles.want([ask('a')]);
    expect(urls()).toEqual(['a@0']);
    expect(tiles.missing).toBe(1);
    await loads[0]!.arrive();
    expect(tiles.get('a')).toBe('a@0');
    expect([changes, tiles.missing, tiles.bytes]).toEqual([1, 0, 100]);
  });

  it('limits concurrent requests and starts with the most urgent', async () => {
    const tiles = cache(1000, 2);
    tiles.want(['a', 'b', 'c'].map((slot) => ask(slot)));
    expect(urls()).toEqual(['a@0', 'b@0']);
    await loads[1]!.arrive();
    expect(urls()).toEqual(['a@0', 'b@0', 'c@0']);
  });

  it('cancels unwanted requests and continues with the others', async () => {
    const tiles = cache(1000, 1);
    tiles.want([ask('a')]);
    tiles.want([ask('b')]);
    expect(loads[0]!.signal.aborted).toBe(true);
    await settle();
    expect(urls()).toEqual(['a@0', 'b@0']);
    expect(changes).toBe(0);
  });

  it('requests a cancelled tile again when it is wanted again', async () => {
    const tiles = cache();
    tiles.want([ask('a')]);
    tiles.want([]);
    tiles.want([ask('a')]);
    expect(urls()).toEqual(['a@0', 'a@0']);
    await loads[1]!.arrive();
    expect(tiles.get('a')).toBe('a@0');
  });
});

describe('versions', () => {
  it('show the older tile until the newer one arrives', async () => {
    const tiles = cache();
    tiles.want([ask('a', 1)]);
    await loads[0]!.arrive();
    tiles.want([ask('a', 2)]);
    expect(tiles.get('a')).toBe('a@1');
    await loads[1]!.arrive();
    expect(tiles.get('a')).toBe('a@2');
    expect(freed).toEqual(['a@1']);
    expect(tiles.bytes).toBe(100);
  });

  it('let a running request finish, then request only the latest', async () => {
    const tiles = cache();
    for (const version of [1, 2, 3]) tiles.want([ask('a', version)]);
    expect(loads[0]!.signal.aborted).toBe(false);
    await loads[0]!.arrive();
    expect(tiles.get('a')).toBe('a@1');
    expect(urls()).toEqual(['a@1', 'a@3']);
  });
});

describe('memory', () => {
  async function fill(tiles: TileCache<string>, ...slots: string[]): Promise<void> {
    for (const slot of slots) {
      tiles.want([ask(slot)]);
      await loads.at(-1)!.arrive();
    }
  }

  it('evicts the least recently used tiles', async () => {
    const tiles = cache(300);
    await fill(tiles, 'a', 'b', 'c');
    tiles.get('a');
    await fill(tiles, 'd');
    expect(freed).toEqual(['b@0']);
    expect(tiles.has('a')).toBe(true);
  });

  it('keeps wanted tiles even above the limit', async () => {
    const tiles = cache(100);
    tiles.want([ask('a'), ask('b')]);
    await loads[0]!.arrive();
    await loads[1]!.arrive();
    expect([tiles.has('a'), tiles.has('b'), tiles.bytes]).toEqual([true, true, 200]);
    tiles.want([ask('b')]);
    expect(freed).toEqual(['a@0']);
  });

  it('drops matching tiles, cancels their requests and counts their bytes', async () => {
    const tiles = cache();
    await fill(tiles, 'p1/a', 'p2/a');
    tiles.want([ask('p1/b')]);
    tiles.drop((slot) => slot.startsWith('p1'));
    expect(freed).toEqual(['p1/a@0']);
    expect(loads.at(-1)!.signal.aborted).toBe(true);
    expect([tiles.bytes, tiles.has('p2/a')]).toEqual([100, true]);
  });
});

describe('failed tiles', () => {
  it('are counted, and repeated only on request', async () => {
    const tiles = cache();
    tiles.want([ask('a')]);
    await loads[0]!.fail();
    expect([tiles.failures, changes]).toEqual([1, 1]);
    tiles.want([ask('a')]);
    expect(urls()).toEqual(['a@0']);
    tiles.retry();
    expect(tiles.failures).toBe(0);
    await loads[1]!.arrive();
    expect(tiles.get('a')).toBe('a@0');
  });

  it('are forgotten with a newer version', async () => {
    const tiles = cache();
    tiles.want([ask('a', 1)]);
    await loads[0]!.fail();
    tiles.want([ask('a', 2)]);
    expect(urls()).toEqual(['a@1', 'a@2']);
  });
});
