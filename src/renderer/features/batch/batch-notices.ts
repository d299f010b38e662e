/**
 * Notices that point to batches: for many opened photos, and for batches left by an earlier
 * session.
 */
import * as m from '#texts/messages.js';
import type { FileEntry } from '../../../shared/protocol/calls.js';
import type { Batches } from './batches.svelte.js';
import type { Editor } from '../../editor/editor.svelte.js';

/** From this number of photos on, a batch is offered. */
const MANY = 20;

/** Offers a batch if many photos are opened at once. */
export function offerBatch(editor: Editor, batches: Batches, files: readonly FileEntry[]): void {
  if (files.length < MANY) return;
  const id = editor.notices.show('info', m.batch_many({ count: files.length }), {
    label: m.batch_many_show(),
    run: () => {
      editor.notices.dismiss(id);
      batches.show(null);
      batches.draft.add(files);
      editor.dialog = 'batch';
    },
  });
}

/** Reports a batch that an earlier session left unfinished; it is not resumed by itself. */
export function reportLeftBatch(editor: Editor, batches: Batches): void {
  const { notices } = editor;
  const left = batches.list.find(({ state }) => state === 'paused' || state === 'stopped');
  if (left === undefined) return;
  const { waiting, working } = left.progress.counts;
  const id = notices.show('info', m.batch_left({ count: waiting + working }), {
    label: m.batch_left_show(),
    run: () => {
      notices.dismiss(id);
      batches.show(left.batch);
      editor.dialog = 'batch';
    },
  });
}
