/** Closes the photos that need no restoration. */
import * as m from '#texts/messages.js';
import type { FileEntry } from '../../../shared/protocol/calls.js';
import { toErrorData } from '../../../shared/core/errors.js';
import type { Editor } from '../../editor/editor.svelte.js';

/** Asks before, when something would be lost; tells how many went, and opens them again when that is wished. */
export async function closeSharp(editor: Editor): Promise<void> {
  const { closing, notices, photos } = editor;
  const { sharp } = photos;
  const files = sharp.map(({ file, info }): FileEntry => {
    return { ref: file, name: info.name, kind: 'photo', bytes: info.bytes, modified: null };
  });
  await closing.request(sharp, async () => {
    try {
      await photos.close(...sharp);
    } catch (error) {
      notices.show('warning', toErrorData(error).message);
      return;
    }
    const id: number = notices.show('done', m.closed_sharp({ count: sharp.length }), {
      label: m.open_again(),
      run: () => {
        notices.dismiss(id);
        void editor.open(files);
      },
    });
  });
}
