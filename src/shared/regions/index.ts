/** Regions: the parts of the photo that are restored. */
export {
  addOperation,
  effectiveOperations,
  EVERYWHERE,
  isEverywhere,
  RegionDocument,
  RegionOperation,
  type BrushPoint,
  type BrushStroke,
  type RegionMode,
} from './document.js';
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
export { countProblem, countsOf } from './limits.js';
export { TOO_MUCH_WORK, workShare } from './work.js';
export { RegionCanvas } from './canvas.js';
