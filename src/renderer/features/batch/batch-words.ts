/** States and progress of batches in words. */
import * as m from '#texts/messages.js';
import type { BatchRow, BatchState } from '../../../shared/protocol/batches.js';
import type { BatchProgress, PhotoState } from '../../../shared/contracts/batch.js';
import { bytes, duration } from '../../texts/format.js';

const STATES: Readonly<Record<BatchState, () => string>> = {
  running: m.batch_running,
  queued: m.batch_queued,
  paused: m.batch_paused,
  stopped: m.batch_stopped,
  elsewhere: m.batch_elsewhere,
  finished: m.batch_finished,
};

export function stateName(state: BatchState): string {
  return STATES[state]();
}

const PHOTO_STATES: Readonly<Record<PhotoState, () => string>> = {
  waiting: m.batch_photo_waiting,
  working: m.batch_photo_waiting,
  done: m.batch_photo_done,
  skipped: m.batch_photo_skipped,
  failed: m.batch_photo_failed,
};

export function photoStateName(state: PhotoState): string {
  return PHOTO_STATES[state]();
}

/** Formats `1.2 MP/s · 34 MB of 120 MB · about 4 min left`, without unknown parts. */
export function paceText(row: BatchRow, locale: string): string {
  const { bytes: done, totalBytes, megapixelsPerSecond, secondsLeft }: BatchProgress = row.progress;
  const pace = (megapixelsPerSecond ?? 0).toLocaleString(locale, { maximumSignificantDigits: 2 });
  return [
    m.batch_bytes({ done: bytes(done, locale), total: bytes(totalBytes, locale) }),
    ...(megapixelsPerSecond === null ? [] : [m.batch_pace({ pace })]),
    ...(secondsLeft === null || row.state !== 'running'
      ? []
      : [m.time_left({ time: duration(secondsLeft, locale, true) })]),
  ].join(' · ');
}
