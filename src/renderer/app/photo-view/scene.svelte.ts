/** Derives the scene to draw, and the tiles it needs, from the state of editor and features. */
import type { Rect } from '../../../shared/contracts/restore.js';
import type { App } from '../app.svelte.js';
import type { Side } from '../../editor/result/comparison.svelte.js';
import { panes } from '../../canvas/compare.js';
import type { Palette } from '../../theme/theme.js';
import type { Overlay, ResultLayer, Scene } from '../../canvas/layers.js';
import type { TileWant } from '../../canvas/photo-tiles.js';
import { chooseLevel, type Pyramid } from '../../canvas/pyramid.js';
import { layerOf, pyramidOf } from '../../editor/result/sides.js';

export class CanvasScene {
  readonly #app: App;
  readonly #palette: () => Palette;
  /** A drawing tool is active; its crosshair is drawn while the keyboard is used. */
  readonly #drawing: () => boolean;

  constructor(app: App, palette: () => Palette, drawing: () => boolean) {
    this.#app = app;
    this.#palette = palette;
    this.#drawing = drawing;
  }

  readonly #original: Pyramid | null = $derived.by(() => {
    const { photo } = this.#app;
    return photo === null ? null : { kind: 'original', photo: photo.info.photo };
  });

  readonly #sides: readonly [Side, Side] = $derived.by(() => {
    const { photo } = this.#app;
    return photo === null
      ? ['original', 'original']
      : [photo.comparison.left, photo.comparison.shown];
  });

  readonly #layers: readonly (ResultLayer | null)[] = $derived.by(() => {
    const { photo, mask } = this.#app;
    if (photo === null) return [null, null];
    const { coverage } = mask;
    return this.#sides.map((side) => layerOf(photo, side, coverage));
  });

  readonly #overlays: Overlay[] = $derived.by(() => {
    const { view, map, mask, preferences } = this.#app;
    const list: Overlay[] = [];
    if (map.picture !== null) {
      list.push({ kind: 'map', picture: map.picture, opacity: view.mapOpacity });
    }
    if (view.maskShown && mask.coverage !== null) {
      list.push({ kind: 'mask', coverage: mask.coverage, opacity: preferences.values.maskOpacity });
    }
    list.push(...view.overlays);
    if (view.cursor !== null && this.#drawing()) list.push({ kind: 'crosshair', at: view.cursor });
    return list;
  });

  /** Scene to draw; `null` without a photo. */
  readonly scene: Scene | null = $derived.by(() => {
    const { photo, view, preferences } = this.#app;
    if (photo === null || this.#original === null) return null;
    const { info } = photo;
    const { viewport, pixelRatio } = view;
    return {
      photo: { width: info.width, height: info.height },
      levels: info.levels,
      level: chooseLevel(viewport.scale, info.levels),
      view: viewport,
      pixelRatio,
      palette: this.#palette(),
      pixelGrid: preferences.values.pixelGrid,
      panes: panes(view.canvas, view.compare),
      original: this.#original,
      left: this.#layers[0] ?? null,
      right: this.#layers[1] ?? null,
      overlays: this.#overlays,
    };
  });

  /** Tiles that the scene needs. */
  get wanted(): TileWant[] {
    const { scene } = this;
    const { photo, view } = this.#app;
    if (scene === null || photo === null || this.#original === null) return [];
    const rect: Rect = view.visible ?? { x: 0, y: 0, w: 0, h: 0 };
    const { levels, level, photo: size } = scene;
    const common = { size, levels, level, rect };
    const original: TileWant = { ...common, pyramid: this.#original, versions: null };
    const results = this.#sides.flatMap((side): TileWant[] => {
      const pyramid = pyramidOf(photo, side);
      if (pyramid === null) return [];
      return [{ ...common, pyramid, versions: photo.run.versionsOf(pyramid.result) }];
    });
    return [original, ...results];
  }
}
