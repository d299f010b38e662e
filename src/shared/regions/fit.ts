/** Regions of one photo on another. */
import { MAX_FEATHER } from './blur.js';
import type { BrushPoint, RegionDocument, RegionOperation } from './document.js';
import { MAX_GROW } from './distance.js';
import type { PhotoSize } from './pixels.js';

/** Stretched as the photo is; widths that have no direction by the geometric mean. Grids stretch by themselves. */
export function fitRegions(
  document: RegionDocument,
  from: PhotoSize,
  to: PhotoSize,
): RegionDocument {
  if (from.width === to.width && from.height === to.height) return document;
  const across = to.width / from.width;
  const down = to.height / from.height;
  const mean = Math.sqrt(across * down);
  const fit = (operation: RegionOperation): RegionOperation => {
    switch (operation.kind) {
      case 'stroke':
        return {
          ...operation,
          size: operation.size * mean,
          points: operation.points.map(([x, y, ...pressure]): BrushPoint => {
            const [p] = pressure;
            return p === undefined ? [x * across, y * down] : [x * across, y * down, p];
          }),
        };
      case 'rectangle':
      case 'ellipse': {
        const { x, y, w, h } = operation;
        return { ...operation, x: x * across, y: y * down, w: w * across, h: h * down };
      }
      case 'lasso':
        return {
          ...operation,
          points: operation.points.map(([x, y]): [number, number] => [x * across, y * down]),
        };
      case 'feather':
        return { ...operation, radius: Math.min(MAX_FEATHER, operation.radius * mean) };
      case 'grow': {
        const amount = operation.amount * mean;
        return { ...operation, amount: Math.min(MAX_GROW, Math.max(-MAX_GROW, amount)) };
      }
      case 'threshold':
      case 'bitmap':
      case 'invert':
      case 'clear':
        return operation;
    }
  };
  return { version: 1, operations: document.operations.map(fit) };
}
