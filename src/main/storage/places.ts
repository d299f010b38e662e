/** Locations of the program's files and of the user's data. */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PluginSource } from '../../shared/contracts/models.js';

export interface PluginPlace {
  readonly source: PluginSource;
  readonly folder: string;
}

/** Returns the folder with `package.json` and `models`, above the bundle. */
export function programFolder(start = dirname(fileURLToPath(import.meta.url))): string {
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json')) || folder === dirname(folder)) return folder;
  }
}

/** Returns the version in the program's package. */
export function programVersion(): string {
  const text = readFileSync(join(programFolder(), 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/**
 * Returns the path for native code and child processes. A packaged program is an archive that only
 * Electron's JavaScript can read; files for others are unpacked beside it.
 */
export function outsideArchive(path: string): string {
  return path.replace(/([/\\]app\.asar)(?=[/\\]|$)/, '$1.unpacked');
}

/** Returns the path of the sample photo. */
export function samplePath(): string {
  return outsideArchive(join(programFolder(), 'resources', 'sample-blurred.jpg'));
}

/** Returns the data folder; `UNSMEAR_DATA_DIR` overrides it. */
export function dataFolder(env: NodeJS.ProcessEnv = process.env): string {
  const own = env.UNSMEAR_DATA_DIR;
  if (own !== undefined && own !== '') return own;
  if (process.platform === 'win32') {
    return join(env.APPDATA ?? join(homedir(), 'AppData', 'Roaming'), 'Unsmear');
  }
  if (process.platform === 'darwin') {
    return join(homedir(), 'Library', 'Application Support', 'Unsmear');
  }
  return join(env.XDG_DATA_HOME ?? join(homedir(), '.local', 'share'), 'unsmear');
}

export function pluginPlaces(): PluginPlace[] {
  return [
    { source: 'built-in', folder: outsideArchive(join(programFolder(), 'models')) },
    { source: 'installed', folder: join(dataFolder(), 'plugins') },
  ];
}
