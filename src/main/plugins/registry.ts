/** The plug-ins of this machine: which may be used, and why others may not. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { toErrorData, UnsmearError, type ErrorData } from '../../shared/core/errors.js';
import {
  manifestMaps,
  trainedSteps,
  type Manifest,
  type PluginId,
} from '../../shared/contracts/manifest.js';
import type { PluginRow, PluginSource } from '../../shared/contracts/models.js';
import { pluginPlaces, type PluginPlace } from '../storage/places.js';
import { loadManifest, verifyPlugin, type VerifiedPlugin } from './verify.js';

/** A folder with a `plugin.json`, before its graphs are verified. */
interface Candidate {
  /** From the manifest, or the folder's name if the manifest cannot be read. */
  readonly id: PluginId;
  readonly source: PluginSource;
  readonly folder: string;
  readonly manifest: Manifest | null;
  /** Another plug-in with the same id comes first. */
  readonly isTaken: boolean;
}

/** Lists built-in plug-ins first; they keep their ids. Reads unchanged files only once. */
export class PluginRegistry {
  constructor(private readonly places: () => readonly PluginPlace[] = pluginPlaces) {}

  /** Returns every plug-in, verified, the default one first; broken ones have a reason. */
  async list(): Promise<PluginRow[]> {
    const found: { candidate: Candidate; reason: ErrorData | null }[] = [];
    for (const candidate of await this.candidates()) {
      const reason = await use(candidate).then(
        () => null,
        (error: unknown) => toErrorData(error, 'plugin-invalid'),
      );
      found.push({ candidate, reason });
    }
    const standard = found.find(({ candidate, reason }) => isDefault(candidate) && reason === null);
    const others = found.filter((each) => each !== standard);
    return [...(standard ? [standard] : []), ...others].map(({ candidate, reason }) =>
      describe(candidate, reason, standard?.candidate.manifest ?? null),
    );
  }

  /**
   * Returns the plug-in with this id, verified; the default one for `null`. Throws `plugin-missing`
   * if there is none, and `plugin-invalid` if it cannot be used.
   */
  async find(id: string | null): Promise<VerifiedPlugin> {
    if (id === null) return this.default();
    const candidates = await this.candidates();
    const found = candidates.find((candidate) => candidate.id === id);
    if (found === undefined) throw missing(id, candidates);
    try {
      return await use(found);
    } catch (error) {
      const problem = toErrorData(error, 'plugin-invalid');
      throw new UnsmearError(
        'plugin-invalid',
        { reason: 'disabled', id, problem },
        { cause: error },
      );
    }
  }

  /** Returns the plug-in marked as default, or the first usable one. Throws `plugin-missing`. */
  async default(): Promise<VerifiedPlugin> {
    const candidates = await this.candidates();
    const marked = candidates.filter(isDefault);
    const others = candidates.filter((candidate) => !isDefault(candidate));
    for (const candidate of [...marked, ...others]) {
      const plugin = await use(candidate).catch(() => null);
      if (plugin !== null) return plugin;
    }
    throw new UnsmearError('plugin-missing', { reason: 'none' });
  }

  /** Returns the folder of the default plug-in if it estimates the blur of photos, else `null`. */
  async guide(): Promise<string | null> {
    const plugin = await this.default().catch(() => null);
    return plugin?.manifest.pyramid === undefined ? null : plugin.folder;
  }

  private async candidates(): Promise<Candidate[]> {
    const candidates: Candidate[] = [];
    for (const { source, folder: place } of this.places()) {
      const names = await readdir(place).catch(() => []);
      for (const name of names.sort()) {
        const folder = join(place, name);
        if (!existsSync(join(folder, 'plugin.json'))) continue;
        const manifest = await loadManifest(folder).catch(() => null);
        const id = manifest?.id ?? (name as PluginId);
        const isTaken = candidates.some((candidate) => candidate.id === id);
        candidates.push({ id, source, folder, manifest, isTaken });
      }
    }
    return candidates;
  }
}

async function use({ id, folder, isTaken }: Candidate): Promise<VerifiedPlugin> {
  if (isTaken) throw new UnsmearError('plugin-invalid', { reason: 'id-taken', id });
  return verifyPlugin(folder);
}

function isDefault({ manifest }: Candidate): boolean {
  return manifest?.default === true;
}

function missing(id: string, candidates: readonly Candidate[]): UnsmearError {
  const known = candidates.filter(({ isTaken }) => !isTaken).map((candidate) => candidate.id);
  return known.length === 0
    ? new UnsmearError('plugin-missing', { reason: 'none' })
    : new UnsmearError('plugin-missing', { reason: 'id', id, known: known.join(', ') });
}

/** `standard`: the manifest whose speed counts as 1. */
function describe(
  { id, source, manifest }: Candidate,
  reason: ErrorData | null,
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
      reason === null && (manifest?.stages.every(({ sha256 }) => sha256 !== undefined) ?? false),
    hints: manifest?.inputs.roi !== undefined,
    stages: manifest?.stages.map((stage) => stage.label) ?? [],
    maps: manifest === null ? [] : manifestMaps(manifest),
    state: reason === null ? 'ok' : 'disabled',
    reason,
  };
}

function relativeTime(manifest: Manifest | null, standard: Manifest | null): number | null {
  const [own, one] = [manifest?.msPerMegapixel ?? null, standard?.msPerMegapixel ?? null];
  return own === null || one === null ? null : own / one;
}
