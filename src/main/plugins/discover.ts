/** The plug-ins of this machine, each with whether it may be used and why not. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { UnsmearError, toUnsmearError } from '../../shared/core/errors.js';
import { manifestMaps, trainedSteps, type Manifest } from '../../shared/contracts/manifest.js';
import type { PluginRow, PluginSource } from '../../shared/contracts/models.js';
import { loadManifest } from './load-manifest.js';
import { pluginPlaces, type PluginPlace } from '../storage/places.js';
import { verifyFiles } from './verify.js';

/** The plug-in that is used when nobody chooses. */
export const DEFAULT_PLUGIN = 'adn';

export interface Plugin {
  readonly id: string;
  readonly source: PluginSource;
  readonly folder: string;
  /** null when it could not be read. */
  readonly manifest: Manifest | null;
  readonly state: 'ok' | 'disabled';
  /** Why it is disabled. */
  readonly reason: string | null;
}

/** Every folder with a `plugin.json`, verified. Built-in plug-ins come first and keep their ids. */
export async function discoverPlugins(
  places: readonly PluginPlace[] = pluginPlaces(),
): Promise<Plugin[]> {
  const plugins: Plugin[] = [];
  for (const { source, folder } of places) {
    const names = await readdir(folder).catch(() => []);
    for (const name of names.sort()) {
      const path = join(folder, name);
      if (!existsSync(join(path, 'plugin.json'))) continue;
      const plugin = await inspect(path, name, source);
      const taken = plugins.some(({ id }) => id === plugin.id);
      plugins.push(
        taken
          ? { ...plugin, state: 'disabled', reason: `The id "${plugin.id}" is taken.` }
          : plugin,
      );
    }
  }
  return plugins;
}

async function inspect(folder: string, name: string, source: PluginSource): Promise<Plugin> {
  let manifest: Manifest | null = null;
  try {
    manifest = await loadManifest(folder);
    await verifyFiles(folder, manifest);
    return { id: manifest.id, source, folder, manifest, state: 'ok', reason: null };
  } catch (error) {
    const reason = toUnsmearError(error, 'plugin-invalid').message;
    return { id: manifest?.id ?? name, source, folder, manifest, state: 'disabled', reason };
  }
}

/** The usable plug-in with this id, or the default one. Throws `plugin-missing` or `plugin-invalid`. */
export async function findPlugin(
  id: string | null,
  places: readonly PluginPlace[] = pluginPlaces(),
): Promise<Plugin & { readonly manifest: Manifest }> {
  const plugins = await discoverPlugins(places);
  const usable = plugins.filter(isUsable);
  const found =
    id === null
      ? (usable.find((plugin) => plugin.id === DEFAULT_PLUGIN) ?? usable[0])
      : usable.find((plugin) => plugin.id === id);
  if (found !== undefined) return found;
  const broken = plugins.find((plugin) => plugin.id === id);
  if (broken !== undefined) {
    throw new UnsmearError(
      'plugin-invalid',
      `The plug-in ${broken.id} is disabled: ${broken.reason ?? 'unknown'}`,
      {
        hint: 'Install it again or choose another with --model.',
      },
    );
  }
  const known = usable.map((plugin) => plugin.id).join(', ');
  throw new UnsmearError(
    'plugin-missing',
    id === null ? 'No plug-in is installed.' : `There is no plug-in "${id}".`,
    {
      hint: known === '' ? 'Install one, or reinstall Unsmear.' : `There are: ${known}.`,
    },
  );
}

function isUsable(plugin: Plugin): plugin is Plugin & { readonly manifest: Manifest } {
  return plugin.state === 'ok' && plugin.manifest !== null;
}

/** The plug-ins of this machine as hosts list them: the usable one that comes first is taken when nobody chooses. */
export async function listPlugins(places?: readonly PluginPlace[]): Promise<PluginRow[]> {
  const plugins = await discoverPlugins(places);
  const standard = plugins.find((plugin) => plugin.id === DEFAULT_PLUGIN && isUsable(plugin));
  const first = standard === undefined ? [] : [standard];
  return [...first, ...plugins.filter((plugin) => plugin !== standard)].map((plugin) =>
    describePlugin(plugin, standard?.manifest ?? null),
  );
}

/** `standard`: the network whose speed is called 1. */
export function describePlugin(
  { id, source, manifest, state, reason }: Plugin,
  standard: Manifest | null,
): PluginRow {
  return {
    id,
    name: manifest?.name ?? id,
    version: manifest?.version ?? '',
    source,
    description: manifest?.description ?? '',
    parameters: manifest?.parameters ?? null,
    relativeTime: relativeTime(manifest, standard),
    trained: manifest === null ? null : trainedSteps(manifest),
    verified:
      state === 'ok' && (manifest?.stages.every(({ sha256 }) => sha256 !== undefined) ?? false),
    hints: manifest?.inputs.roi !== undefined,
    stages: manifest?.stages.map((stage) => stage.label) ?? [],
    maps: manifest === null ? [] : manifestMaps(manifest),
    state,
    reason,
  };
}

function relativeTime(manifest: Manifest | null, standard: Manifest | null): number | null {
  const [own, one] = [manifest?.msPerMegapixel ?? null, standard?.msPerMegapixel ?? null];
  return own === null || one === null ? null : own / one;
}
