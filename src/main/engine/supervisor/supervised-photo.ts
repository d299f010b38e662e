/** What the supervisor knows of an editor's photo, whatever becomes of the engine that has it open. */
import type { Rect } from '../../../shared/contracts/restore.js';
import type { Recovery } from '../protocol.js';
import type { CrashHistory } from './recovery.js';
import type { Ended, RunningEngine } from './running-engine.js';
import type { Lease } from '../../storage/scratch-cache.js';
import type { ResultSpec, StudioPhoto } from '../session/protocol.js';

/** A result that was started, for an engine that has not heard of it. */
export interface Known {
  readonly spec: ResultSpec;
  recovery: Recovery;
}

/** What the network works on. */
export interface Active {
  readonly run: number;
  readonly known: Known;
  view: Rect | null;
  history: CrashHistory;
  /** Where it runs and what it is called there; null until the engine has said so. */
  started: { readonly engine: RunningEngine; readonly result: string } | null;
}

export interface SupervisedPhoto {
  readonly id: string;
  readonly path: string;
  /** Where its finished tiles are. */
  readonly scratch: Lease;
  readonly results: Map<string, Known>;
  /** The last version told of any of its results. */
  version: number;
  active: Active | null;
  /** The engine that has it open, or is opening it. */
  home: { readonly engine: RunningEngine; readonly opened: Promise<Ended<StudioPhoto>> } | null;
}
