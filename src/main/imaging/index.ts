/** Photos in and out. */
export { alreadyExists, exists, numbered, removeLeftovers, writeAtomically } from './atomic.js';
export { MAX_PIXELS, decodePhoto, openPhoto, type OpenedPhoto } from './decode.js';
export {
  displayColour,
  encodeForDisplay,
  encodePlain,
  scaleRgb,
  type DisplayColour,
  type Picture,
  type RgbPixels,
} from './display.js';
export { checkEncodable, coloursFor, encodePhoto } from './encode.js';
export { onWhite } from './flatten.js';
export { iccName } from './icc.js';
export { readMask } from './mask.js';
export { writeGrayPng, writeRgbPng } from './png.js';
export {
  depthOf,
  emptyLike,
  inEightBits,
  inSixteenBits,
  whiteOf,
  type Samples,
} from './samples.js';
export { localText, takenAt } from './taken.js';
export { thumbnailOf } from './thumbnail.js';
export { extensionOf, formatOfExtension, ownOutput } from './sniff.js';
export type {
  DecodedPhoto,
  EncodeOptions,
  Encoded,
  Metadata,
  PhotoFormat,
  PhotoInfo,
  SourceFormat,
} from './types.js';
