/** The outline of a shape on the canvas: of what is being drawn, and of the operation that is selected in the list. */
import type { Overlay } from '../../canvas/layers.js';
import type { RegionOperation } from '../../../shared/regions/index.js';

/** null: the operation has no outline of its own. */
export function outlineOf(operation: RegionOperation): Overlay | null {
  switch (operation.kind) {
    case 'stroke':
    case 'lasso':
    case 'rectangle':
    case 'ellipse':
      return { kind: 'outline', operation };
    default:
      return null;
  }
}
