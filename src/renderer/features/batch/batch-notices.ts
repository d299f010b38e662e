/** What is said about batches without being asked. */
import * as m from '#texts/messages.js';
import type { FileEntry } from '../../../shared/protocol/calls.js';
import type { App } from '../../app/app.svelte.js';

/** So many photos are rarely looked at one by one. */
const MANY = 20;

/** Many photos that are being opened can be restored as a batch as well. */
export function offerBatch(app: App, files: readonly FileEntry[]): void {
  if (files.length < MANY) return;
  const id = app.notices.show('info', m.batch_many({ count: files.length }), {
    label: m.batch_many_show(),
    run: () => {
      app.notices.dismiss(id);
      app.batches.show(null);
      app.batches.draft.add(files);
      app.dialog = 'batch';
    },
  });
}

/** What an earlier run of the program has left is told, and not begun by itself. */
export function tellLeftBatch(app: App): void {
  const { batches, notices } = app;
  const left = batches.list.find(({ state }) => state === 'paused' || state === 'stopped');
  if (left === undefined) return;
  const { waiting, working } = left.progress.counts;
  const id = notices.show('info', m.batch_left({ count: waiting + working }), {
    label: m.batch_left_show(),
    run: () => {
      notices.dismiss(id);
      batches.show(left.batch);
      app.dialog = 'batch';
    },
  });
}
