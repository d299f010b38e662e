/** The calls that need no open photo: the same for every host. */
import { join } from 'node:path';
import type { AppInfo } from '../../shared/api/calls.js';
import { UnsmearError } from '../../shared/errors.js';
import type { EngineClient } from '../engine/client.js';
import { describePlugin, discoverPlugins } from '../plugins/discover.js';
import { outsideArchive, programFolder } from '../plugins/places.js';
import type { FileReferences } from './files.js';
import type { RecentFiles } from './recents.js';
import type { Revealer } from './reveal.js';
import type { AppCalls } from './service.js';
import type { SettingsStore } from './settings.js';

export interface LocalParts {
  readonly info: AppInfo;
  readonly files: FileReferences;
  readonly recents: RecentFiles;
  readonly settings: SettingsStore;
  readonly revealer: Revealer;
  /** For testing what this machine can compute with. */
  readonly engine: Pick<EngineClient, 'probeProviders'>;
}

export type LocalCalls = Pick<
  AppCalls,
  | 'hello'
  | 'pickPhotos'
  | 'listFolder'
  | 'recentPhotos'
  | 'samplePhoto'
  | 'reveal'
  | 'models'
  | 'providers'
  | 'readSettings'
  | 'writeSettings'
>;

/** `pickPhotos` is refused: a host with a dialog brings its own. */
export function localCalls(parts: LocalParts): LocalCalls {
  const { info, files, recents, settings, revealer, engine } = parts;
  return {
    hello: () => Promise.resolve(info),
    pickPhotos: () => Promise.reject(noDialog()),
    listFolder: (signal, { folder }) => files.list(signal, folder),
    recentPhotos: async () => {
      const paths = await recents.paths();
      const entries = await Promise.all(paths.map((path) => files.admit(path).catch(() => null)));
      return entries.flatMap((entry) => (entry?.kind === 'photo' ? [entry] : []));
    },
    samplePhoto: () =>
      files.admit(outsideArchive(join(programFolder(), 'resources', 'sample-blurred.jpg'))),
    reveal: async (_, { file }) => {
      await revealer.reveal(await files.resolve(file));
      return null;
    },
    models: async () => (await discoverPlugins()).map(describePlugin),
    providers: (signal) => engine.probeProviders(signal),
    readSettings: () => settings.read(),
    writeSettings: async (_, args) => {
      await settings.write(args.settings);
      return null;
    },
  };
}

function noDialog(): UnsmearError {
  return new UnsmearError('option-invalid', 'This host has no dialog for choosing photos.', {
    hint: 'Choose from the folders, or drop a photo.',
  });
}
