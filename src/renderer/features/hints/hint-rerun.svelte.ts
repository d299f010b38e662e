/** A hint that changes steers the result that is there: the engine computes again what the hint reaches, nothing else. */
import type { Editor } from '../../editor/editor.svelte.js';

/** A slider that moves is one change. */
const SETTLE_MS = 600;

/** Call it once, where effects can be made. Work under way is looked after by the result itself. */
export function rerunWhenHintsChange(editor: Editor): void {
  const rois = $derived(JSON.stringify(editor.photo?.settings.rois ?? []));
  let known: { photo: unknown; rois: string } | null = null;
  $effect(() => {
    const { photo } = editor;
    const before = known;
    known = { photo, rois };
    if (photo === null || before?.photo !== photo || before.rois === rois) return;
    const timer = setTimeout(() => {
      // Whoever stopped the work did not ask for more of it.
      if (photo.model.phase === 'finished' && photo.stale) void photo.restore(editor.view.visible);
    }, SETTLE_MS);
    return () => clearTimeout(timer);
  });
}
