/** Photos in and out. */
export {
  alreadyExists,
  exists,
  numbered,
  removeLeftovers,
  writeAtomically,
} from '../storage/atomic.js';
export { decodePhoto, thumbnailOf } from './codecs/decode.js';
export { MAX_PIXELS, openPhoto, type OpenedPhoto } from './codecs/open-photo.js';
export {
  displayColour,
  encodeForDisplay,
  encodePlain,
  scaleRgb,
  type DisplayColour,
  type Picture,
  type RgbPixels,
} from './colour/display.js';
export { checkEncodable, coloursFor, encodePhoto } from './codecs/encode.js';
export { onWhite } from './colour/flatten.js';
export { iccName } from './colour/icc.js';
export { decodeSrgb, encodeSrgb } from './colour/srgb.js';
export { readMask } from './codecs/mask.js';
export { writeGrayPng, writeRgbPng, writeRgbaPng } from './codecs/png.js';
export {
  depthOf,
  emptyLike,
  inEightBits,
  inSixteenBits,
  whiteOf,
  type Samples,
} from './colour/samples.js';
export {
  buildLevels,
  cellRect,
  crop,
  halveWindow,
  levelCount,
  levelSide,
  paste,
} from './levels.js';
export { localText, takenAt } from './metadata/taken.js';
export { extensionOf, formatOfExtension, ownOutput } from './codecs/sniff.js';
export type {
  DecodedPhoto,
  EncodeOptions,
  Encoded,
  Metadata,
  PhotoFormat,
  PhotoInfo,
  RgbImage,
  SourceFormat,
} from './types.js';
