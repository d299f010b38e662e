/** What is seen of the photo, to the clipboard. */
import * as m from '#texts/messages.js';
import { flatPicture, planFlat } from './flat-picture.js';
import type { Editor } from '../../editor/editor.svelte.js';
import { megapixels } from '../../texts/format.js';
import { locale } from '../../texts/locale.svelte.js';

/** Copies as PNG, and tells how large it is and whether it is all of the photo. */
export async function copyResult(editor: Editor): Promise<void> {
  const { photo, view, notices, api } = editor;
  if (photo === null) return;
  const { width, height } = photo.info;
  const visible = view.visible ?? { x: 0, y: 0, w: width, h: height };
  const plan = planFlat(photo.info, visible);
  const picture = flatPicture(new AbortController().signal, photo, plan, (address) =>
    api.pixelUrl(address),
  );
  const waiting = notices.show('info', m.copy_running(), null);
  try {
    // The promise, not the picture: the browser allows it only as part of the user's own act.
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': picture })]);
    const size = megapixels(plan.rect.w, plan.rect.h, locale());
    notices.show('done', plan.full ? m.copy_done({ size }) : m.copy_view({ size }));
  } catch {
    notices.show('warning', m.copy_failed());
  }
  notices.dismiss(waiting);
}
