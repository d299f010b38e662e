/** Regions: the parts of the photo that are restored. */
export {
  addOperation,
  effectiveOperations,
  EVERYWHERE,
  isEverywhere,
  pathOf,
  RegionDocument,
  RegionOperation,
  strideOf,
  strokePath,
  type BrushStroke,
  type RegionMode,
} from './document.js';
export {
  MAX_PATH_POINTS,
  packPoints,
  PathWriter,
  unpackPath,
  type BrushPoint,
  type Path,
} from './path.js';
export { fitRegions } from './fit.js';
export { decodeGrid, encodeGrid, GridData } from './grid-data.js';
export type { PhotoSize } from './pixels.js';
export {
  rasterise,
  rasteriseBands,
  rasteriseInSteps,
  type MaskBand,
  type RegionView,
} from './rasterise.js';
export { addCounts, countAll, countsOf, limitProblem, NO_COUNTS } from './limits.js';
export type { RegionCounts } from './limits.js';
export { pathExtent } from './stroke.js';
export { shareOf, TOO_MUCH_WORK, workOf, workShare, type Work } from './work.js';
export { continues, RegionCanvas } from './canvas.js';
