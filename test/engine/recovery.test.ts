import { describe, expect, it } from 'vitest';
import {
  afterCrash,
  afterOutOfMemory,
  afterOverdue,
  NO_CRASH,
  type CrashSite,
} from '../../src/main/engine/supervisor/crash-policy.js';

const SITE: CrashSite = { probing: null, tile: 3, provider: 'webgpu', tileSide: 512 };

function crashes(...sites: CrashSite[]) {
  return sites.reduce((history, site) => history && afterCrash(history, site), afterNothing());
}

function afterNothing(): ReturnType<typeof afterCrash> {
  return NO_CRASH;
}

describe('after a crash', () => {
  it('runs the same tile again unchanged', () => {
    expect(crashes(SITE)?.recovery).toEqual(NO_CRASH.recovery);
  });

  it('then uses the CPU, then smaller tiles, then leaves the tile unrestored', () => {
    expect(crashes(SITE, SITE)?.recovery.cpuTiles).toEqual([3]);
    expect(crashes(SITE, SITE, SITE)?.recovery).toMatchObject({ maxTile: 256, cpuTiles: [] });
    const cpu: CrashSite = { ...SITE, provider: 'cpu', tileSide: 128 };
    expect(crashes(cpu, cpu)?.recovery.leaveTiles).toEqual([3]);
  });

  it('does not test a provider again that crashed in its test', () => {
    expect(crashes({ ...SITE, tile: null, probing: 'webgpu' })?.recovery.broken).toHaveProperty(
      'webgpu',
    );
  });

  it('gives up after too many crashes', () => {
    const site: CrashSite = { ...SITE, tile: null, provider: 'cpu' };
    expect(crashes(site, site)).toBeNull();
  });
});

describe('after an out-of-memory', () => {
  it('halves the tiles until they fit', () => {
    const once = afterOutOfMemory(NO_CRASH, SITE);
    expect(once?.recovery.maxTile).toBe(256);
    const twice = once && afterOutOfMemory(once, { ...SITE, tileSide: 256 });
    expect(twice?.recovery.maxTile).toBe(128);
  });

  it('stops using the GPU when tiles cannot shrink, and then gives up', () => {
    const fixed: CrashSite = { ...SITE, tileSide: 512 };
    const once = afterOutOfMemory(NO_CRASH, fixed);
    const twice = once && afterOutOfMemory(once, fixed);
    expect(twice?.recovery).toMatchObject({
      maxTile: null,
      broken: { webgpu: { code: 'device-unusable', params: { reason: 'out-of-memory' } } },
    });
    expect(afterOutOfMemory(NO_CRASH, { ...SITE, provider: 'cpu', tileSide: 128 })).toBeNull();
  });
});

describe('after a step that did not end in time', () => {
  it('tries the CPU after a GPU, and gives up after the CPU', () => {
    expect(afterOverdue(NO_CRASH, 'webgpu')?.recovery.broken).toEqual({
      webgpu: { code: 'device-unusable', params: { reason: 'endless' } },
    });
    expect(afterOverdue(NO_CRASH, 'cpu')).toBeNull();
  });
});
