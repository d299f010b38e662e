/** Choice of plug-ins in the editor. */
import type { PluginRow } from '../../shared/contracts/models.js';
import type { Editor } from './editor.svelte.js';

/** Returns the plug-in used when none is chosen: the first usable one (see `listPlugins`). */
export function defaultPlugin(models: readonly PluginRow[]): PluginRow | undefined {
  return models.find(({ state }) => state === 'ok');
}

export function pluginOf(models: readonly PluginRow[], id: string | null): PluginRow | undefined {
  return id === null ? defaultPlugin(models) : models.find((row) => row.id === id);
}

/** Returns whether the current model uses hints inside a tile; true while unknown. */
export function followsInsideTiles({ photo, models }: Pick<Editor, 'photo' | 'models'>): boolean {
  if (photo === null || models.value === null) return true;
  return pluginOf(models.value, photo.options.plugin)?.hints ?? true;
}
