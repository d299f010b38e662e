import { describe, expect, it } from 'vitest';
import { afterCrash, NO_CRASH, type CrashSite } from '../../src/main/engine/recovery.js';

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
