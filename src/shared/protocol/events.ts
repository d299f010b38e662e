/** What the host tells the editor without being asked. */
import type { ErrorData, WarningData } from '../core/errors.js';
import type { ProviderId } from '../contracts/providers.js';
import type { Rect, RetryReason } from '../contracts/restore.js';
import type { BlurVerdict } from '../contracts/triage.js';
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
  /** Share of an export that is done, 0-1. */
  | { readonly type: 'export'; readonly photo: PhotoId; readonly done: number }
  /** Whether a photo that was opened is blurred; null: nobody can tell. */
  | { readonly type: 'blur'; readonly photo: PhotoId; readonly blur: BlurVerdict | null }
  /** Another editor of this host changed these settings. */
  | { readonly type: 'settings'; readonly settings: Readonly<Record<string, unknown>> }
  /** Resident size of the host and its engine together, every few seconds while it changes. */
  | { readonly type: 'memory'; readonly bytes: number }
  /** Files that the system gave to the application: opened by double click, dropped on its icon. */
  | { readonly type: 'open-files'; readonly files: readonly FileEntry[] }
  /** A menu item or system key of the host that the editor carries out; `close-window`: the window is asked to close. */
  | { readonly type: 'command'; readonly command: string };

export type ResultEvent =
  | {
      readonly type: 'loaded';
      readonly provider: ProviderId;
      readonly device: string | null;
      readonly tile: number;
    }
  | { readonly type: 'preview'; readonly ms: number }
  /** The part `rect` changed: its tiles of version `version` show stage `stage` (1-based). */
  | {
      readonly type: 'stage';
      readonly stage: number;
      readonly rect: Rect;
      readonly version: number;
      readonly ms: number;
    }
  | { readonly type: 'skipped'; readonly rect: Rect; readonly reason: string }
  | {
      readonly type: 'progress';
      readonly done: number;
      readonly total: number;
      readonly secondsLeft: number | null;
    }
  /** The engine crashed, or a tile was tried again: work goes on. `details` is for who looks into it. */
  | { readonly type: 'retried'; readonly reason: RetryReason; readonly details: string }
  | { readonly type: 'warning'; readonly warning: WarningData }
  | {
      readonly type: 'finished';
      readonly version: number;
      readonly blurredShare: number;
      /** Tiles that were worked on, in `ms`; those that were there from earlier are not counted. */
      readonly computed: number;
      readonly ms: number;
    }
  | { readonly type: 'stopped' }
  | { readonly type: 'failed'; readonly error: ErrorData };
