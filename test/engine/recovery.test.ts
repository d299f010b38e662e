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
  it('the same tile runs again unchanged first', () => {
    expect(crashes(SITE)?.recovery).toEqual(NO_CRASH.recovery);
  });

  it('then on the CPU, then with smaller tiles, then it is left alone', () => {
    expect(crashes(SITE, SITE)?.recovery.cpuTiles).toEqual([3]);
    expect(crashes(SITE, SITE, SITE)?.recovery).toMatchObject({ maxTile: 256, cpuTiles: [] });
    const cpu: CrashSite = { ...SITE, provider: 'cpu', tileSide: 128 };
    expect(crashes(cpu, cpu)?.recovery.leaveTiles).toEqual([3]);
  });

  it('a provider that dies in its test is not tested again', () => {
    expect(crashes({ ...SITE, tile: null, probing: 'webgpu' })?.recovery.broken).toHaveProperty(
      'webgpu',
    );
  });

  it('gives up when nothing helps', () => {
    const site: CrashSite = { ...SITE, tile: null, provider: 'cpu' };
    expect(crashes(site, site)).toBeNull();
  });
});

describe('without memory', () => {
  it('tiles shrink until they are small enough', () => {
    const once = afterOutOfMemory(NO_CRASH, SITE);
    expect(once?.recovery.maxTile).toBe(256);
    const twice = once && afterOutOfMemory(once, { ...SITE, tileSide: 256 });
    expect(twice?.recovery.maxTile).toBe(128);
  });

  it('the GPU is given up when smaller tiles are not to be had, and then the photo', () => {
    const fixed: CrashSite = { ...SITE, tileSide: 512 };
    const once = afterOutOfMemory(NO_CRASH, fixed);
    const twice = once && afterOutOfMemory(once, fixed);
    expect(twice?.recovery).toMatchObject({
      maxTile: null,
      broken: { webgpu: 'it ran out of memory' },
    });
    expect(afterOutOfMemory(NO_CRASH, { ...SITE, provider: 'cpu', tileSide: 128 })).toBeNull();
  });
});

describe('after a step that did not end in time', () => {
  it('tries the CPU when it ran on a GPU, and gives up when it ran on the CPU', () => {
    expect(afterOverdue(NO_CRASH, 'webgpu')?.recovery.broken).toEqual({
      webgpu: 'it did not finish in time',
    });
    expect(afterOverdue(NO_CRASH, 'cpu')).toBeNull();
  });
});
