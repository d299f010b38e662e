/** Plug-ins as hosts list them. */
import type { ErrorData } from '../core/errors.js';

import type { PluginId } from './manifest.js';

export type PluginSource = 'built-in' | 'installed';

/** One row of `unsmear models`. */
export interface PluginRow {
  readonly id: PluginId;
  readonly name: string;
  readonly version: string;
  readonly source: PluginSource;
  /** One line: what is special about it. */
  readonly description: string;
  readonly parameters: number | null;
  /** Time for a photo, as a multiple of the default network's; null: not known. */
  readonly relativeTime: number | null;
  /** Steps of training that its author tells of; null: none told. */
  readonly trained: number | null;
  /** Every file has a published SHA-256, and is that file. */
  readonly verified: boolean;
  /** It can be told of hints inside a tile; others take more copies of the whole tile (`PlannedTile.copies`). */
  readonly hints: boolean;
  readonly stages: readonly string[];
  readonly maps: readonly string[];
  readonly state: 'ok' | 'disabled';
  /** Why it is disabled. */
  readonly reason: ErrorData | null;
}
