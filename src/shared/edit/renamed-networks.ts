/**
 * Network ids in documents that outlive an update. Version 1 of edits and presets meant ADN compact by its default (`null`) and
 * by `adn`; since ADN 2.0 the default is the deep network, and the compact one is called `adn-fast`.
 */
import type { StoredDocument } from './migrate.js';

/** SQL and JSON name of the id before and after the renaming. */
export const RENAMED_NETWORK = { from: 'adn', to: 'adn-fast' } as const;

/** Migrates an edit from version 1: every state of its history keeps the network that made it. */
export function renameNetworksInEdit(edit: StoredDocument): StoredDocument {
  const { history, shared } = edit;
  return {
    ...edit,
    settings: renameIn(edit.settings, true),
    ...(isFields(history) && Array.isArray(history.steps)
      ? { history: { ...history, steps: history.steps.map(renameInStep) } }
      : {}),
    ...(Array.isArray(shared) ? { shared: shared.map((part) => renameIn(part, false)) } : {}),
  };
}

/** Migrates a preset from version 1; one that sets no network still sets none. */
export function renameNetworkInPreset(preset: StoredDocument): StoredDocument {
  return { ...preset, settings: renameIn(preset.settings, false) };
}

function renameInStep(step: unknown): unknown {
  return isFields(step) ? { ...step, state: renameIn(step.state, false) } : step;
}

/** `fill`: settings without the key `plugin` meant the default. References to shared parts stay. */
function renameIn(settings: unknown, fill: boolean): unknown {
  if (!isFields(settings) || '$' in settings) return settings;
  if (!('plugin' in settings) && !fill) return settings;
  const plugin = settings.plugin ?? RENAMED_NETWORK.from;
  return { ...settings, plugin: plugin === RENAMED_NETWORK.from ? RENAMED_NETWORK.to : plugin };
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
