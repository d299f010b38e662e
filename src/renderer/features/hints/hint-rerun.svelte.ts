/** A hint that changes steers the result that is there: the engine computes again what the hint reaches, nothing else. */
import type { App } from '../../app/app.svelte.js';

/** A slider that moves is one change. */
const SETTLE_MS = 600;

/** Call it once, where effects can be made. Work under way is looked after by the result itself. */
export function rerunWhenHintsChange(app: App): void {
  const rois = $derived(JSON.stringify(app.photo?.settings.rois ?? []));
  let known: { photo: unknown; rois: string } | null = null;
  $effect(() => {
    const { photo } = app;
    const before = known;
    known = { photo, rois };
    if (photo === null || before?.photo !== photo || before.rois === rois) return;
    const timer = setTimeout(() => {
      // Whoever stopped the work did not ask for more of it.
      if (photo.model.phase === 'finished' && photo.stale) void photo.restore(app.view.visible);
    }, SETTLE_MS);
    return () => clearTimeout(timer);
  });
}
