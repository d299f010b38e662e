/** Transfers regions from one photo to another. */
import { pathOf, type RegionDocument, type RegionOperation } from './document.js';
import { MAX_FEATHER, MAX_GROW } from './limits.js';
import { PathWriter, type Path } from './path.js';
import type { PhotoSize } from './pixels.js';

/**
 * Stretches regions as the photo is stretched; brush sizes, radii and amounts by the geometric mean
 * of both directions. Grids cover the photo and need no change.
 */
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
          path: fitPath(pathOf(operation), across, down),
        };
      case 'rectangle':
      case 'ellipse': {
        const { x, y, w, h } = operation;
        return { ...operation, x: x * across, y: y * down, w: w * across, h: h * down };
      }
      case 'lasso':
        return { ...operation, path: fitPath(pathOf(operation), across, down) };
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
  return { operations: document.operations.map(fit) };
}

function fitPath({ values, stride }: Path, across: number, down: number): string {
  const writer = new PathWriter(stride);
  for (let at = 0; at < values.length; at += stride) {
    writer.add(values[at]! * across, values[at + 1]! * down, stride === 3 ? values[at + 2]! : 1);
  }
  return writer.text;
}
