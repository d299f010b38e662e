/** Decides whether a tile is computed, left sharp, or taken from the coarser octave. */
import type { Manifest } from '../../../shared/contracts/manifest.js';
import { extentOf, type BlurField } from '../../blur/blur-field.js';
import type { Sharpness } from '../../blur/sharpness.js';
import type { RestorationSettings } from '../protocol.js';
import type { OctaveTile } from './octave.js';

/**
 * `compute`: the network runs on the tile. `sharp`: the tile stays as the photo is. `coarser`: the
 * enlarged change of the coarser octave applies.
 */
export type Need = 'compute' | 'sharp' | 'coarser';

/** Longest blur, in pixels of an octave, that the octave improves more than the coarser one did. */
const LONGEST = 28;
/** Octaves up to this long side in pixels cost nearly nothing and tell what the finer ones need. */
export const ALWAYS = 1024;
/** Share of a tile's cells that must be moved for the tile to count as moved. */
const SOME = 0.01;
/** Cells of short blur per cell of long blur from which they are no mere errors of the estimate. */
const MIXED = 0.25;
/** Share of smeared patches that a sharp tile may have: textures look smeared now and then. */
const SMEARED = 0.3;

/** Longest blur, in pixels of an octave, that a network without octaves removes well. */
const FITTING = 22;
/** Octaves at which such a network may work: 0 to this one. */
export const COARSEST_FIT = 3;

export interface Evidence {
  readonly settings: RestorationSettings;
  readonly manifest: Manifest;
  readonly blur: BlurField;
  /** Another network has estimated the blur, for one that does not. */
  readonly isGuided: boolean;
  noteBlur(tile: OctaveTile): void;
  dependencies(tile: OctaveTile): readonly OctaveTile[];
}

/**
 * Returns the need of a tile whose coarser tiles are resolved.
 * @param sharpness samples the tile, which takes milliseconds
 */
export function neededWork(tile: OctaveTile, evidence: Evidence, sharpness: () => Sharpness): Need {
  const { settings, manifest, isGuided } = evidence;
  if (!settings.skip || tile.hinted) return 'compute';
  if (manifest.pyramid !== undefined) return neededOctave(tile, evidence, sharpness);
  const byBlur = isGuided ? fittingOctave(tile, evidence.blur) : 'sharp';
  if (byBlur !== 'sharp') return byBlur;
  // Blur too short for the estimate is left to the photo's own pixels, at the full size.
  if (isGuided && tile.octave.number > 0) return 'coarser';
  return sharpness().sharp ? 'sharp' : 'compute';
}

/** Returns the need of a tile of a pyramid step, by the blur that the coarser octaves estimate. */
function neededOctave(tile: OctaveTile, evidence: Evidence, sharpness: () => Sharpness): Need {
  const { octave } = tile;
  const { settings, blur } = evidence;
  const { width, height } = octave.size;
  if (octave.coarser !== null && octave.number > 0 && Math.max(width, height) <= ALWAYS) {
    return 'compute';
  }
  evidence.dependencies(tile).forEach((one) => evidence.noteBlur(one));
  const side = 2 ** octave.number;
  const cells = { all: 0, short: 0, long: 0 };
  for (const cell of blur.over(tile.rect, octave.number + 1)) {
    cells.all++;
    if (cell.moved < 0.5) continue;
    if (extentOf(cell) / side <= LONGEST) cells.short++;
    else cells.long++;
  }
  // The coarsest octave has nothing to go by but the photo itself.
  if (cells.all === 0) return sharpness().sharp ? 'sharp' : 'compute';
  if (cells.short > Math.max(SOME * cells.all, MIXED * cells.long)) return 'compute';
  if (cells.long > SOME * cells.all) return settings.workAt === 'full' ? 'compute' : 'coarser';
  if (sharpness().smeared > SMEARED) return 'compute';
  // Blur that octave 1 was computed for and did not see is too short to matter.
  return octave.number > 0 && sharpness().hasSmearedPart() ? 'compute' : 'sharp';
}

/**
 * Returns the need of a tile for a network without octaves: `compute` where its octave fits some
 * blur, `coarser` where only other octaves fit, `sharp` without blur.
 */
function fittingOctave({ rect, octave }: OctaveTile, blur: BlurField): Need {
  const count = { all: 0, moved: 0, fitting: 0 };
  for (const cell of blur.over(rect)) {
    count.all++;
    if (cell.moved < 0.5) continue;
    count.moved++;
    const own = Math.ceil(Math.log2(extentOf(cell) / FITTING));
    if (Math.min(COARSEST_FIT, Math.max(0, own)) === octave.number) count.fitting++;
  }
  if (count.fitting > SOME * count.all) return 'compute';
  return count.moved > SOME * count.all ? 'coarser' : 'sharp';
}
