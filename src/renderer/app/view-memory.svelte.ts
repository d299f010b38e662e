/** How each photo is looked at: remembered when another is shown, and written with its edit. */
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

/** The place in the photo. */
function showPlace(view: ViewState, { zoom, centre }: ViewSettings): void {
  const { width = 0, height = 0 } = view.photo ?? {};
  if (zoom === 'fit') view.fit();
  else view.place({ scale: zoom, x: centre?.x ?? width / 2, y: centre?.y ?? height / 2 });
}

/** What lies over the photo, and what it is compared with. */
function showLayers(view: ViewState, settings: ViewSettings): void {
  const mode = (Object.keys(STORED) as CompareMode[]).find((m) => STORED[m] === settings.compare);
  view.mode = mode ?? view.mode;
  view.split = settings.split;
  view.maskPinned = settings.showMask;
  // Beside what explains it, and takes it away.
  if (settings.map !== null && settings.map !== view.map) view.panel = 'inspect';
  view.map = settings.map;
}

/**
 * Shows the current photo as it was looked at. Its place is its own; the comparison and what lies over it stay as they are
 * while photos are switched, but come back once with an edit that was opened. For a component's initialisation.
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
      shown.lookedAt = () => viewSettings(view);
    });
    return () => {
      untrack(() => shown?.leave());
    };
  });
}
