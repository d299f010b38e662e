/**
 * Decides what to change after the engine crashed, hung or ran out of memory. Pure, for its tests.
 */
import type { ProviderId } from '../../../shared/contracts/providers.js';
import { unusable } from '../inference/protocol.js';
import { NO_RECOVERY, type Recovery } from '../protocol.js';

/** Position of the engine's work when it died. */
export interface CrashSite {
  readonly probing: ProviderId | null;
  readonly tile: number | null;
  /** Provider in use and larger side of the tiles in pixels; `null` until known. */
  readonly provider: ProviderId | null;
  readonly tileSide: number | null;
}

export interface CrashHistory {
  readonly recovery: Recovery;
  readonly total: number;
  readonly byTile: Readonly<Record<number, number>>;
  /** Crashes while no tile was in flight. */
  readonly elsewhere: number;
}

export const NO_CRASH: CrashHistory = {
  recovery: NO_RECOVERY,
  total: 0,
  byTile: {},
  elsewhere: 0,
};

const MAX_CRASHES = 12;
const SMALLEST_TILE = 128;

/**
 * Returns the next attempt, or `null` to give up. A tile that crashed runs again unchanged (so that
 * the pixels are the same), then on the CPU or, if it was there already, once with smaller tiles;
 * after that it is left unrestored.
 */
export function afterCrash(history: CrashHistory, site: CrashSite): CrashHistory | null {
  const total = history.total + 1;
  if (total > MAX_CRASHES) return null;
  const { recovery } = history;
  if (site.probing !== null) {
    const broken = { ...recovery.broken, [site.probing]: unusable({ reason: 'crashed' }) };
    return { ...history, total, recovery: { ...recovery, broken } };
  }
  if (site.tile === null) return elsewhere({ ...history, total }, site.provider);
  const times = (history.byTile[site.tile] ?? 0) + 1;
  const byTile = { ...history.byTile, [site.tile]: times };
  if (times === 1) return { ...history, total, byTile };
  const onCpu = site.provider === 'cpu' || recovery.cpuTiles.includes(site.tile);
  if (!onCpu) {
    const cpuTiles = [...recovery.cpuTiles, site.tile];
    return { ...history, total, byTile, recovery: { ...recovery, cpuTiles } };
  }
  const half = Math.floor((site.tileSide ?? 0) / 2);
  if (recovery.maxTile === null && half >= SMALLEST_TILE) {
    // Another grid: tile numbers of the old one mean nothing in it.
    const smaller = { ...NO_RECOVERY, broken: recovery.broken, maxTile: half };
    return { recovery: smaller, total, byTile: {}, elsewhere: history.elsewhere };
  }
  const leaveTiles = [...recovery.leaveTiles, site.tile];
  return { ...history, total, byTile, recovery: { ...recovery, leaveTiles } };
}

/**
 * Returns the next attempt after the runtime had no memory for a tile, or `null` to give up:
 * smaller tiles as long as that changes anything, then without the GPU, which has memory of its
 * own.
 */
export function afterOutOfMemory(history: CrashHistory, site: CrashSite): CrashHistory | null {
  const total = history.total + 1;
  if (total > MAX_CRASHES) return null;
  const { maxTile, broken } = history.recovery;
  const side = site.tileSide ?? 0;
  const half = Math.floor(side / 2);
  const obeyed = maxTile === null || side <= maxTile;
  if (obeyed && half >= SMALLEST_TILE) {
    return { ...history, total, byTile: {}, recovery: { ...NO_RECOVERY, broken, maxTile: half } };
  }
  const { provider } = site;
  if (provider === null || provider === 'cpu') return null;
  const known = { ...broken, [provider]: unusable({ reason: 'out-of-memory' }) };
  return { ...history, total, byTile: {}, recovery: { ...NO_RECOVERY, broken: known } };
}

/**
 * Returns the next attempt after a step did not end in time, or `null` to give up. A GPU's driver
 * may hang, so the CPU is tried; a graph that does not end there never ends, and trying costs
 * minutes.
 */
export function afterOverdue(history: CrashHistory, provider: ProviderId): CrashHistory | null {
  if (provider === 'cpu') return null;
  const { recovery } = history;
  const broken = { ...recovery.broken, [provider]: unusable({ reason: 'endless' }) };
  return { ...history, total: history.total + 1, recovery: { ...recovery, broken } };
}

/** Crashed while loading, decoding or writing: once more, then without the GPU, then not at all. */
function elsewhere(history: CrashHistory, provider: ProviderId | null): CrashHistory | null {
  const times = history.elsewhere + 1;
  if (times === 1) return { ...history, elsewhere: times };
  if (times > 2 || provider === null || provider === 'cpu') return null;
  const broken = { ...history.recovery.broken, [provider]: unusable({ reason: 'crashed' }) };
  return { ...history, elsewhere: times, recovery: { ...history.recovery, broken } };
}
