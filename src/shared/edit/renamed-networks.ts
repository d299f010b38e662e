/**
 * Migrates the ids of plug-ins in stored documents. In version 1 of edits and presets the default
 * (`null`) and `adn` meant ADN compact; since ADN 2.0 that is `adn-fast`, and the default is deep.
 */
import type { StoredDocument } from './migrate.js';

/** Id before and after the renaming. */
export const RENAMED_NETWORK = { from: 'adn', to: 'adn-fast' } as const;

/** Migrates an edit from version 1: every state of its history keeps its plug-in. */
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

/** Migrates a preset from version 1; one that sets no plug-in still sets none. */
export function renameNetworkInPreset(preset: StoredDocument): StoredDocument {
  return { ...preset, settings: renameIn(preset.settings, false) };
}

function renameInStep(step: unknown): unknown {
  return isFields(step) ? { ...step, state: renameIn(step.state, false) } : step;
}

/**
 * `fill`: whether settings without the key `plugin` meant the default. References to shared parts
 * stay.
 */
function renameIn(settings: unknown, fill: boolean): unknown {
  if (!isFields(settings) || '$' in settings) return settings;
  if (!('plugin' in settings) && !fill) return settings;
  const plugin = settings.plugin ?? RENAMED_NETWORK.from;
  return { ...settings, plugin: plugin === RENAMED_NETWORK.from ? RENAMED_NETWORK.to : plugin };
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
