/** Regions: what of the photo is restored. */
export {
  addOperation,
  effectiveOperations,
  EVERYWHERE,
  isEverywhere,
  MAX_OPERATIONS,
  RegionDocument,
  RegionOperation,
  type BrushPoint,
  type BrushStroke,
  type RegionMode,
} from './document.js';
export { fitRegions } from './fit.js';
export { decodeGrid, encodeGrid, GridData } from './grid-data.js';
export type { PhotoSize } from './pixels.js';
export { rasterise, rasteriseBands, type MaskBand, type RegionView } from './rasterise.js';
export { RegionCanvas } from './canvas.js';
