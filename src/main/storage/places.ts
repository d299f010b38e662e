/** Where plug-ins live: with the program, and in the user's own data folder. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PluginSource } from '../../shared/contracts/models.js';

export interface PluginPlace {
  readonly source: PluginSource;
  readonly folder: string;
}

/** The folder that holds `package.json` and `models`, wherever the bundle stands below it. */
export function programFolder(start = dirname(fileURLToPath(import.meta.url))): string {
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json')) || folder === dirname(folder)) return folder;
  }
}

/**
 * A path for native code and for processes of their own. A packaged program lies in an archive that only Electron's own
 * JavaScript sees as a folder; what others open is unpacked beside it.
 */
export function outsideArchive(path: string): string {
  return path.replace(/([/\\]app\.asar)(?=[/\\]|$)/, '$1.unpacked');
}

/** The photo that comes with the program. */
export function samplePath(): string {
  return outsideArchive(join(programFolder(), 'resources', 'sample-blurred.jpg'));
}

/** `UNSMEAR_DATA_DIR` moves it, for portable installations and for tests. */
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
