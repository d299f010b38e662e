/** Plug-ins as the command line and the editor list them. */
import type { ErrorData } from '../core/errors.js';
import type { PluginId } from './manifest.js';

export type PluginSource = 'built-in' | 'installed';

/** One row of `unsmear models`. */
export interface PluginRow {
  readonly id: PluginId;
  readonly name: string;
  readonly version: string;
  readonly source: PluginSource;
  /** One line about its strengths. */
  readonly description: string;
  readonly parameters: number | null;
  /** Time for a photo as a multiple of the default model's; `null` if unknown. */
  readonly relativeTime: number | null;
  /** Number of training steps; `null` if the manifest has none. */
  readonly trained: number | null;
  /** Whether every file has a SHA-256 in the manifest and matches it. */
  readonly verified: boolean;
  /** Whether the network has an input for hints; others run hinted tiles as a self-ensemble. */
  readonly hints: boolean;
  /** Labels of the stages, from stage 1 on. */
  readonly stages: readonly string[];
  readonly maps: readonly string[];
  readonly state: 'ok' | 'disabled';
  /** Reason of the state `disabled`. */
  readonly reason: ErrorData | null;
}
