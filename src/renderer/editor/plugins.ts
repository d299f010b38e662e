/** The networks as the editor chooses among them. */
import type { PluginRow } from '../../shared/contracts/models.js';
import type { Editor } from './editor.svelte.js';

/** The one that is taken when none is set: the first usable one (see `listPlugins`). */
export function defaultPlugin(models: readonly PluginRow[]): PluginRow | undefined {
  return models.find(({ state }) => state === 'ok');
}

export function pluginOf(models: readonly PluginRow[], id: string | null): PluginRow | undefined {
  return id === null ? defaultPlugin(models) : models.find((row) => row.id === id);
}

/** Whether the current photo's network can be told of hints inside a tile; true as long as that is not known. */
export function followsInsideTiles({ photo, models }: Pick<Editor, 'photo' | 'models'>): boolean {
  if (photo === null || models.value === null) return true;
  return pluginOf(models.value, photo.options.plugin)?.hints ?? true;
}
