/** Finds the roots of the folder chooser: home, pictures, mounted volumes and named folders. */
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { homedir, userInfo } from 'node:os';
import { basename, join, relative, resolve, sep, isAbsolute } from 'node:path';

export interface Root {
  readonly name: string;
  readonly path: string;
}

/** Returns the roots that exist now (volumes come and go) by their real paths, without repeats. */
export async function findRoots(named: readonly string[] = []): Promise<Root[]> {
  const wanted: Root[] = [
    ...named.map((path) => ({ name: basename(resolve(path)) || resolve(path), path })),
    { name: 'Pictures', path: await picturesFolder() },
    { name: 'Home', path: homedir() },
    ...(await mountedVolumes()),
  ];
  const roots: Root[] = [];
  for (const { name, path } of wanted) {
    const real = await realFolder(path);
    if (real === null || roots.some((root) => root.path === real)) continue;
    roots.push({ name, path: real });
  }
  return roots;
}

/** Returns whether `path` is `root` or below it. Both must be real paths. */
export function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

async function realFolder(path: string): Promise<string | null> {
  try {
    const real = await realpath(path);
    return (await stat(real)).isDirectory() ? real : null;
  } catch {
    return null;
  }
}

/** Reads the desktop's setting on Linux, a line of shell: `XDG_PICTURES_DIR="$HOME/Bilder"`. */
async function picturesFolder(): Promise<string> {
  const home = homedir();
  if (process.platform === 'linux') {
    const config = process.env.XDG_CONFIG_HOME ?? join(home, '.config');
    const text = await readFile(join(config, 'user-dirs.dirs'), 'utf8').catch(() => '');
    const found = /^[ \t]*XDG_PICTURES_DIR="(\$HOME\/)?([^"]+)"/m.exec(text);
    if (found?.[2] !== undefined) return resolve(found[1] === undefined ? '/' : home, found[2]);
  }
  return join(home, 'Pictures');
}

async function mountedVolumes(): Promise<Root[]> {
  if (process.platform === 'win32') {
    const letters = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ');
    return letters.map((letter) => ({ name: `${letter}:`, path: `${letter}:\\` }));
  }
  const parents =
    process.platform === 'darwin'
      ? ['/Volumes']
      : [join('/media', userName()), join('/run/media', userName()), '/mnt'];
  const found = await Promise.all(parents.map(foldersIn));
  return found.flat();
}

async function foldersIn(parent: string): Promise<Root[]> {
  const names = await readdir(parent).catch(() => []);
  return names
    .filter((name) => !name.startsWith('.'))
    .sort()
    .map((name) => ({ name, path: join(parent, name) }));
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // Accounts in some containers have no entry in the system's list.
    return process.env.USER ?? '';
  }
}
