/** Creates the services behind an editor, the same for every host. */
import type { AppInfo } from '../../shared/protocol/calls.js';
import { Batches } from '../app/batches.js';
import { Downloads } from '../app/downloads.js';
import { EditStore } from '../storage/edits.js';
import { FileReferences } from '../app/files.js';
import { localCalls } from '../app/local-calls.js';
import { watchMemory } from '../app/memory.js';
import { Photos } from '../app/photos.js';
import { PrivateFolder } from '../storage/private-folder.js';
import { RecentFiles } from '../app/recents.js';
import type { Revealer } from '../app/reveal.js';
import { findRoots } from '../app/roots.js';
import { EventHub, type AppCalls, type PixelSource, type ServedCalls } from '../app/service.js';
import { SettingsStore } from '../app/settings.js';
import { Uploads } from '../app/uploads.js';
import type { KeepAwake } from '../batch/awake.js';
import { EngineSupervisor } from '../engine/supervisor/engine-supervisor.js';
import type { SpawnEngine } from '../engine/supervisor/spawn.js';
import { PluginRegistry } from '../plugins/registry.js';
import { samplePath } from '../storage/places.js';
import { printLines } from './terminal.js';
import { GivenFiles } from './given-files.js';

interface ServiceOptions {
  readonly version: string;
  readonly host: AppInfo['host'];
  readonly revealer: Revealer;
  /** Additional folders that the folder chooser offers. */
  readonly roots?: readonly string[];
  /** Starts the engine; default: a child process of Node. */
  readonly spawn?: SpawnEngine;
  /** Prevents sleep while a batch runs. */
  readonly keepAwake: KeepAwake;
  /** Shows the running batch's progress (0..1) in the system; `null` = no batch runs. */
  readonly showProgress?: (share: number | null) => void;
}

export interface Services {
  readonly calls: Partial<AppCalls>;
  readonly onEvent: ServedCalls['onEvent'];
  readonly hub: EventHub;
  readonly files: FileReferences;
  readonly given: GivenFiles;
  readonly settings: SettingsStore;
  readonly uploads: Uploads;
  readonly downloads: Downloads;
  readonly pixels: PixelSource;
  /** Returns whether a file is an upload or the sample. */
  readonly isPrivate: (path: string) => boolean;
  closePhotos(): Promise<void>;
  /** Ends the engine and removes temporary files. */
  close(): Promise<void>;
}

export function makeServices(options: ServiceOptions): Services {
  const { host, version, revealer, roots = [], spawn, keepAwake, showProgress } = options;
  const files = new FileReferences(() => findRoots(roots));
  const transfers = new PrivateFolder();
  const uploads = new Uploads(files, transfers);
  const downloads = new Downloads(transfers);
  const spawning = spawn === undefined ? {} : { spawn };
  const engine = new EngineSupervisor(spawning);
  const plugins = new PluginRegistry();
  const recents = new RecentFiles();
  const settings = new SettingsStore();
  const hub = new EventHub();
  const given = new GivenFiles(files, hub);
  const isPrivate = (path: string) => transfers.holds(path) || path === samplePath();
  const photos = new Photos({
    ...{ engine, plugins, files, recents, downloads, hub, settings, isPrivate },
    edits: new EditStore(),
  });
  const batches = new Batches({
    ...{ files, downloads, hub, isPrivate, plugins, keepAwake },
    ...(showProgress && { showProgress }),
    makeEngine: () => new EngineSupervisor({ ...spawning, background: true }),
  });
  const local = localCalls({
    ...{ files, revealer, plugins, engine, recents, settings, hub },
    info: () => ({
      ...{ version, host },
      chooser: host === 'electron' ? 'system' : 'folders',
      canReveal: revealer.available,
      photosGiven: given.areWaiting,
    }),
  });
  const calls = { ...local, ...photos.calls, ...batches.calls };
  const stopWatching = watchMemory(hub, engine);
  return {
    ...{ hub, files, given, settings, uploads, downloads, isPrivate },
    calls: { ...calls, readSettings: given.afterwards(calls.readSettings) },
    onEvent: given.watch(hub.onEvent),
    pixels: (signal, address) =>
      address.kind === 'batch' ? batches.thumbnail(address) : photos.pixels(signal, address),
    closePhotos: () => photos.close(),
    close: async () => {
      stopWatching();
      await batches.close();
      await photos.close();
      await engine.close();
      await transfers.close();
    },
  };
}

/** Faults of ours go to who started the program. */
export function logFault(call: string, error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  printLines(process.stderr, `${call}: ${text}\n`);
}
