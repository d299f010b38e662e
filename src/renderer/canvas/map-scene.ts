/**
 * Replaces the pictures and tiles of a scene, on its way from the editor's to the painter's thread.
 */
import type { Coverage, HintMark, Overlay, PlacedPicture, ResultLayer, Scene } from './layers.js';

export interface Naming<P, T, Q, U> {
  picture(picture: P): Q;
  tiles(tiles: T): U;
}

export function mapScene<P, T, Q, U>(scene: Scene<P, T>, to: Naming<P, T, Q, U>): Scene<Q, U> {
  const result = (layer: ResultLayer<P, T> | null): ResultLayer<Q, U> | null =>
    layer && {
      ...layer,
      tiles: to.tiles(layer.tiles),
      coverage: layer.coverage && coverageOf(layer.coverage, to),
    };
  return {
    ...scene,
    original: to.tiles(scene.original),
    left: result(scene.left),
    right: result(scene.right),
    overlays: scene.overlays.map((overlay) => overlayOf(overlay, to)),
  };
}

type Pictures<P, Q> = Pick<Naming<P, never, Q, never>, 'picture'>;

function overlayOf<P, Q>(overlay: Overlay<P>, to: Pictures<P, Q>): Overlay<Q> {
  switch (overlay.kind) {
    case 'map':
      return { ...overlay, picture: to.picture(overlay.picture) };
    case 'mask':
      return { ...overlay, coverage: coverageOf(overlay.coverage, to) };
    case 'hints':
      return { ...overlay, marks: overlay.marks.map((mark) => markOf(mark, to)) };
    default:
      return overlay;
  }
}

function markOf<P, Q>(mark: HintMark<P>, to: Pictures<P, Q>): HintMark<Q> {
  return mark.kind === 'box' ? mark : { ...mark, paint: placed(mark.paint, to) };
}

function coverageOf<P, Q>({ base, detail }: Coverage<P>, to: Pictures<P, Q>): Coverage<Q> {
  return { base: placed(base, to), detail: detail && placed(detail, to) };
}

/** Copies only these fields; a picture's source has more than can be sent. */
function placed<P, Q>({ picture, rect }: PlacedPicture<P>, to: Pictures<P, Q>): PlacedPicture<Q> {
  return { picture: to.picture(picture), rect };
}
