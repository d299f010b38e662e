/** Serves the calls that need no open photo, for every host. */
import type { AppInfo } from '../../shared/protocol/calls.js';
import { UnsmearError } from '../../shared/core/errors.js';
import type { EngineSupervisor } from '../engine/supervisor/engine-supervisor.js';
import type { PluginRegistry } from '../plugins/registry.js';
import { samplePath } from '../storage/places.js';
import type { FileReferences } from './files.js';
import type { RecentFiles } from './recents.js';
import type { Revealer } from './reveal.js';
import type { AppCalls, EventHub } from './service.js';
import type { SettingsStore } from './settings.js';

interface LocalParts {
  /** Returns the current facts about the program. */
  readonly info: () => AppInfo;
  readonly files: FileReferences;
  readonly recents: RecentFiles;
  readonly settings: SettingsStore;
  readonly revealer: Revealer;
  readonly plugins: PluginRegistry;
  /** Tests the providers of this machine. */
  readonly engine: Pick<EngineSupervisor, 'probeProviders' | 'testProvider'>;
  readonly hub: EventHub;
}

type LocalCalls = Pick<
  AppCalls,
  | 'hello'
  | 'pickPhotos'
  | 'pickFolder'
  | 'listFolder'
  | 'recentPhotos'
  | 'samplePhoto'
  | 'reveal'
  | 'models'
  | 'providers'
  | 'testProvider'
  | 'readSettings'
  | 'writeSettings'
  | 'closeWindow'
>;

/** Refuses `pickPhotos`, `pickFolder` and `closeWindow`, which only desktop hosts serve. */
export function localCalls(parts: LocalParts): LocalCalls {
  const { info, files, recents, settings, revealer, plugins, engine, hub } = parts;
  return {
    hello: () => Promise.resolve(info()),
    pickPhotos: () => Promise.reject(unable('choose-photos')),
    pickFolder: () => Promise.reject(unable('choose-folder')),
    listFolder: (signal, { folder }) => files.list(signal, folder),
    recentPhotos: async () => {
      const paths = await recents.paths();
      const entries = await Promise.all(paths.map((path) => files.admit(path).catch(() => null)));
      return entries.flatMap((entry) => (entry?.kind === 'photo' ? [entry] : []));
    },
    samplePhoto: () => files.admit(samplePath()),
    reveal: async (_, { file }) => {
      await revealer.reveal(await files.resolve(file));
      return null;
    },
    models: () => plugins.list(),
    providers: (signal) => engine.probeProviders(signal),
    testProvider: async (signal, { provider }) => {
      const { folder } = await plugins.default();
      return engine.testProvider(signal, provider, folder);
    },
    readSettings: () => settings.read(),
    writeSettings: async (_, args, editor) => {
      await settings.write(args.settings);
      hub.emit({ type: 'settings', settings: args.settings }, editor);
      return null;
    },
    closeWindow: () => Promise.reject(unable('windows')),
  };
}

function unable(reason: 'choose-photos' | 'choose-folder' | 'windows'): UnsmearError {
  return new UnsmearError('host-unable', { reason });
}
