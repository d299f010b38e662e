/** Commands of the filmstrip: next and previous photo, order, filter, closing sharp photos. */
import * as m from '#texts/messages.js';
import type { PhotoFilter, PhotoOrder } from '../../../shared/contracts/settings.js';
import type { Editor } from '../../editor/editor.svelte.js';
import { filterName, orderName } from '../../texts/names.js';
import { type Command, needsPhoto } from '../../editor/commands/command.js';
import type { Keys } from '../../editor/commands/keys.js';
import type { FileEntry } from '../../../shared/protocol/calls.js';
import { messageOf } from '../../texts/explain-error.js';

const needsTwo = ({ photos }: Editor): string | null =>
  photos.list.length < 2 ? m.refuse_two_photos() : null;

function orderCommand(editor: Editor, order: PhotoOrder, keys: Keys): Command {
  return {
    ...{
      id: `photos.order-${order}`,
      group: 'photos',
      keys: [keys],
      refuse: () => needsTwo(editor),
    },
    separated: order === 'opened',
    label: () => m.command_order({ order: orderName(order) }),
    run: () => editor.keep({ photoOrder: order }),
    checked: () => editor.preferences.values.photoOrder === order,
  };
}

function filterCommand(editor: Editor, filter: PhotoFilter, keys: Keys): Command {
  return {
    ...{
      id: `photos.filter-${filter}`,
      group: 'photos',
      keys: [keys],
      refuse: () => needsTwo(editor),
    },
    separated: filter === 'all',
    label: () =>
      filter === 'all' ? m.strip_all() : m.command_filter({ filter: filterName(filter) }),
    run: () => editor.keep({ photoFilter: filter }),
    checked: () => editor.preferences.values.photoFilter === filter,
  };
}

export function filmstripCommands(editor: Editor): Command[] {
  return [
    {
      ...{ id: 'photos.next', group: 'photos', label: m.command_next, keys: ['PageDown'] },
      refuse: () => needsPhoto(editor),
      run: () => editor.photos.step(1),
    },
    {
      ...{ id: 'photos.previous', group: 'photos', label: m.command_previous, keys: ['PageUp'] },
      refuse: () => needsPhoto(editor),
      run: () => editor.photos.step(-1),
    },
    orderCommand(editor, 'opened', 'Shift+O'),
    orderCommand(editor, 'blur', 'Shift+B'),
    orderCommand(editor, 'name', 'Shift+N'),
    orderCommand(editor, 'taken', 'Shift+D'),
    filterCommand(editor, 'all', 'Shift+1'),
    filterCommand(editor, 'blurred', 'Shift+2'),
    filterCommand(editor, 'sharp', 'Shift+3'),
    filterCommand(editor, 'unexported', 'Shift+4'),
    filterCommand(editor, 'unsaved', 'Shift+5'),
    {
      ...{ id: 'photos.close-sharp', group: 'photos', separated: true, keys: [] },
      label: m.command_close_sharp,
      refuse: () =>
        needsPhoto(editor) ?? (editor.photos.sharp.length === 0 ? m.refuse_no_sharp() : null),
      run: () => void closeSharp(editor),
    },
  ];
}

/** Closes all sharp photos after asking about unsaved edits, and offers to open them again. */
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
      notices.show('warning', messageOf(error));
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
