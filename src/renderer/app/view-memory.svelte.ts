/**
 * Keeps zoom, pan and overlays of each photo while another is shown, and saves them with its edit.
 */
import { untrack } from 'svelte';
import { ViewSettings } from '../../shared/edit/edit.js';
import type { CompareMode } from '../../shared/contracts/settings.js';
import type { App } from './app.svelte.js';
import type { ViewState } from '../editor/view.svelte.js';

const STORED: Record<CompareMode, ViewSettings['compare']> = {
  result: 'off',
  split: 'split',
  side: 'side-by-side',
  difference: 'difference',
};

export function viewSettings(view: ViewState): ViewSettings {
  const { viewport, fitted, mode, split, maskPinned, map } = view;
  return ViewSettings.parse({
    zoom: fitted ? 'fit' : viewport.scale,
    centre: fitted ? null : { x: viewport.x, y: viewport.y },
    compare: STORED[mode],
    split,
    showMask: maskPinned,
    map,
  });
}

function showPlace(view: ViewState, { zoom, centre }: ViewSettings): void {
  const { width = 0, height = 0 } = view.photo ?? {};
  if (zoom === 'fit') view.fit();
  else view.place({ scale: zoom, x: centre?.x ?? width / 2, y: centre?.y ?? height / 2 });
}

/** Applies comparison mode, mask and map. */
function showLayers(view: ViewState, settings: ViewSettings): void {
  const mode = (Object.keys(STORED) as CompareMode[]).find((m) => STORED[m] === settings.compare);
  view.mode = mode ?? view.mode;
  view.split = settings.split;
  view.maskPinned = settings.showMask;
  // The inspect panel explains the map and can hide it.
  if (settings.map !== null && settings.map !== view.map) view.panel = 'inspect';
  view.map = settings.map;
}

/**
 * Restores the view of the current photo when it changes; call it while a component initialises.
 * Zoom and pan belong to each photo. Comparison and overlays stay while photos are switched and are
 * restored only once, with an edit that was opened.
 */
export function followPhoto(app: App): void {
  const photo = $derived(app.photo);
  $effect(() => {
    const { view } = app;
    const shown = photo;
    untrack(() => {
      view.show(shown?.info ?? null);
      if (shown === null) return;
      showPlace(view, shown.edit.view);
      if (shown.resumed && !shown.seen) {
        showLayers(view, shown.edit.view);
        void shown.run.showComplete();
      }
      shown.seen = true;
      shown.readView = () => viewSettings(view);
    });
    return () => {
      untrack(() => shown?.leave());
    };
  });
}
