/** Events that the host emits to the editor. */
import type { ErrorData, WarningData } from '../core/errors.js';
import type { ProviderId } from '../contracts/providers.js';
import type { Rect, RetryReason } from '../contracts/restore.js';
import type { BlurScore } from '../contracts/triage.js';
import type { BatchEvent } from './batches.js';
import type { FileEntry } from './calls.js';
import type { PhotoId, ResultId } from './ids.js';

export type AppEvent =
  | BatchEvent
  | {
      readonly type: 'result';
      readonly photo: PhotoId;
      readonly result: ResultId;
      readonly event: ResultEvent;
    }
  /** `done`: share of the photo's export, 0..1. */
  | { readonly type: 'export'; readonly photo: PhotoId; readonly done: number }
  /** Blur score of an open photo; `null` if it could not be computed. */
  | { readonly type: 'blur'; readonly photo: PhotoId; readonly blur: BlurScore | null }
  /** Settings that another editor of this host changed. */
  | { readonly type: 'settings'; readonly settings: Readonly<Record<string, unknown>> }
  /** Resident size of the host and its engine together, every few seconds while it changes. */
  | { readonly type: 'memory'; readonly bytes: number }
  /** Files that the system asks the application to open (double click, drop on its icon). */
  | { readonly type: 'open-files'; readonly files: readonly FileEntry[] }
  /** Command of a system menu or key, for the editor; `close-window` asks to close the window. */
  | { readonly type: 'command'; readonly command: string };

export type ResultEvent =
  | {
      readonly type: 'loaded';
      readonly provider: ProviderId;
      /** Name of the device; `null` if the provider does not report it. */
      readonly device: string | null;
      /** Longest side of the tiles in pixels. */
      readonly tile: number;
    }
  /** `rect` changed: it shows stage `stage` (from 1), under `version`. */
  | {
      readonly type: 'stage';
      readonly stage: number;
      readonly rect: Rect;
      readonly version: number;
    }
  | { readonly type: 'skipped'; readonly rect: Rect }
  | {
      readonly type: 'progress';
      readonly done: number;
      readonly total: number;
      /** Share of each stage that is done, 0..1. */
      readonly stages: readonly number[];
      /** `null` until it can be estimated. */
      readonly secondsLeft: number | null;
    }
  /** A tile runs again on the CPU, or the engine was restarted. `details`: reason, for logs. */
  | { readonly type: 'retried'; readonly reason: RetryReason; readonly details: string }
  | { readonly type: 'warning'; readonly warning: WarningData }
  | {
      readonly type: 'finished';
      readonly version: number;
      readonly blurredShare: number;
      /** Tiles computed in this run, in `ms`. */
      readonly computed: number;
      readonly ms: number;
    }
  | { readonly type: 'stopped' }
  | { readonly type: 'failed'; readonly error: ErrorData };
