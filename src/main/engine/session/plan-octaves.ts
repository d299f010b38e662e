/** Plans the octaves of a photo and their tiles. */
import type { Manifest } from '../../../shared/contracts/manifest.js';
import type { Rect, RoiHint, WorkAt } from '../../../shared/contracts/restore.js';
import type { Size } from '../../../shared/core/geometry.js';
import { planGrid, roundUp, type Tile } from '../../tiling/grid.js';
import { planTiles } from '../../tiling/plan.js';
import type { Recovery, RestorationSettings } from '../protocol.js';
import { COARSEST_FIT } from './needed-work.js';
import { Octave, type OctaveTile } from './octave.js';
import { tileKey } from './tile-key.js';
import type { TileStore } from './tile-store.js';

const FINEST: Readonly<Record<WorkAt, number>> = { auto: 0, full: 0, half: 1, quarter: 2 };

/** Shortest side in pixels of the coarsest octave. */
const COARSEST = 32;

interface OctaveParts {
  readonly settings: RestorationSettings;
  readonly manifest: Manifest;
  readonly recovery: Recovery;
  readonly store: TileStore;
  /** The octaves follow the blur that another network estimates. */
  readonly isGuided: boolean;
}

/** Returns the octaves of a photo with their tiles, the full size first. */
export function planOctaves(photo: Size, parts: OctaveParts): Octave[] {
  const { settings, manifest, recovery, store, isGuided } = parts;
  const finest = finestOctave(settings);
  const count = Math.max(octaveCount(photo, parts), finest + 1);
  const side = tileSide(settings, recovery, manifest);
  const octaves: Octave[] = [];
  for (let number = count - 1; number >= 0; number--) {
    const { width, height } = octaveSize(photo, number);
    const most = roundUp(Math.max(width, height), manifest.tile.multipleOf);
    const own = side === 'auto' ? side : Math.min(side, most);
    const grid = planGrid(width, height, manifest.tile, own);
    const works =
      manifest.pyramid === undefined && !isGuided ? number === finest : number >= finest;
    octaves.unshift(new Octave(number, grid, works, octaves[0] ?? null, store));
  }
  let first = 0;
  for (const octave of octaves) {
    octave.tiles = planOctaveTiles(octave, photo, first, parts);
    first += octave.tiles.length;
  }
  return octaves;
}

/** Returns the finest octave at which the network may work. */
function finestOctave({ workAt }: Pick<RestorationSettings, 'workAt'>): number {
  return FINEST[workAt];
}

/** Returns the labels of the stages: the octaves from the coarsest, or the plug-in's graphs. */
export function stageLabels(octaves: readonly Octave[], manifest: Manifest): string[] {
  if (manifest.pyramid === undefined) return manifest.stages.map(({ label }) => label);
  const working = octaves.filter(({ works }) => works).reverse();
  return working.map(({ number }) => (number === 0 ? '1' : `1/${2 ** number}`));
}

/** Returns the size of a photo halved `number` times; odd sides are rounded up. */
export function octaveSize({ width, height }: Size, number: number): Size {
  return { width: Math.ceil(width / 2 ** number), height: Math.ceil(height / 2 ** number) };
}

function octaveCount({ width, height }: Size, { manifest, isGuided }: OctaveParts): number {
  const { pyramid } = manifest;
  if (pyramid === undefined && !isGuided) return 1;
  const halvings = Math.floor(Math.log2(Math.min(width, height) / COARSEST));
  return Math.max(1, Math.min(pyramid?.maxOctaves ?? COARSEST_FIT + 1, 1 + halvings));
}

function planOctaveTiles(
  octave: Octave,
  photo: Size,
  first: number,
  { settings, manifest }: OctaveParts,
): OctaveTile[] {
  const { grid, number } = octave;
  const rois = octaveHints(settings, number);
  return planTiles(grid, { ...settings, rois }, manifest.inputs).map((plan) => ({
    ...plan,
    ...{ octave, index: first + plan.tile.index, rect: photoRect(plan.tile, number, photo) },
    key: tileKey(settings, manifest, grid, plan, rois),
  }));
}

/**
 * Returns the hints of an octave in its pixels. Hints act at the finest octave alone, so that a new
 * one invalidates only the tiles near it.
 */
export function octaveHints(settings: RestorationSettings, octave: number): RoiHint[] {
  if (octave !== finestOctave(settings)) return [];
  const scale = 2 ** -octave;
  return settings.rois.map(({ x, y, w, h, strength }) => {
    return { x: x * scale, y: y * scale, w: w * scale, h: h * scale, strength };
  });
}

function photoRect({ rect }: Tile, octave: number, { width, height }: Size): Rect {
  const side = 2 ** octave;
  const [x, y] = [rect.x * side, rect.y * side];
  return {
    ...{ x, y },
    w: Math.min(width, (rect.x + rect.w) * side) - x,
    h: Math.min(height, (rect.y + rect.h) * side) - y,
  };
}

/** Returns the side of a tile in pixels; smaller after the runtime ran out of memory. */
function tileSide(
  { tile, selfEnsemble }: RestorationSettings,
  { maxTile }: Recovery,
  manifest: Manifest,
): number | 'auto' {
  // Turned copies keep the padded shape only if it is square.
  const side = tile === 'auto' && selfEnsemble ? manifest.tile.preferred : tile;
  if (maxTile === null) return side;
  return side === 'auto' ? maxTile : Math.min(side, maxTile);
}
