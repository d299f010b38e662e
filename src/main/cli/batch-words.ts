/** Prints the progress and the outcome of each photo of a batch. */
import { basename, relative } from 'node:path';
import type { BatchPhoto, SkippedBecause } from '../../shared/contracts/batch.js';
import type { BatchId, JournalReader } from '../batch/journal-reader.js';
import type { BatchListener } from '../batch/run.js';
import type { BatchBar } from './batch-bar.js';
import type { Console } from './console.js';
import { warningInEnglish } from '../../shared/texts/explain.js';

/** Returns why a photo was left alone. */
function describeSkip(because: SkippedBecause | null, output: string): string {
  return because === 'sharp' ? 'it is sharp' : `${output} exists already`;
}

export function listener(
  journal: JournalReader,
  id: BatchId,
  out: Console,
  bar: BatchBar,
): BatchListener {
  const show = (photo: BatchPhoto): void => bar.show(journal.progress(id), basename(photo.input));
  return {
    started: show,
    event: (photo, event) => {
      if (event.type !== 'warning') return;
      bar.hide();
      out.note(`warning: ${basename(photo.input)}: ${warningInEnglish(event.warning)}`);
      show(photo);
    },
    finished: (photo) => {
      bar.hide();
      if (photo.error === null) out.result(describePhotoEnd(photo));
      else out.error(photo.error, basename(photo.input));
      show(photo);
    },
  };
}

function describePhotoEnd({ input, state, output, because, ms }: BatchPhoto): string {
  const short = (path: string): string => {
    const near = relative(process.cwd(), path);
    return near.startsWith('..') ? path : near;
  };
  if (state === 'skipped') {
    return `${short(input)}: left alone, ${describeSkip(because, short(output ?? ''))}`;
  }
  const time = ms === null ? 'finished before the interruption' : `${(ms / 1000).toFixed(1)} s`;
  return `${short(input)} -> ${short(output ?? '')} (${time})`;
}
