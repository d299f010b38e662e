/** Plug-ins as hosts list them. */

export type PluginSource = 'built-in' | 'installed';

/** One row of `unsmear models`. */
export interface PluginRow {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly source: PluginSource;
  readonly parameters: number | null;
  readonly stages: readonly string[];
  readonly maps: readonly string[];
  readonly state: 'ok' | 'disabled';
  readonly reason: string | null;
}
