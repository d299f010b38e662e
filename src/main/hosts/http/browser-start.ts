/**
 * Starts a browser without showing the token to other users. Command lines are public (`ps`), so
 * the browser gets the path of a page of mode 0600 in a folder of mode 0700, which leads to the
 * one-time address. Jupyter does the same (jupyter/notebook#4260).
 *
 * The page lies in the data folder; on Linux with snapd, in the home folder: browsers from snaps,
 * as on Ubuntu, read neither hidden folders of the home folder nor /tmp nor the runtime folder
 * (jupyter/notebook#4500). Flatpaks get any file from the portal that forwards it. Under WSL the
 * browser runs on Windows, and `open` translates paths but no file URLs (jupyter/notebook#4999):
 * it gets the path.
 */
import { existsSync } from 'node:fs';
import { rmdir, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import open from 'open';
import { PrivateFolder } from '../../storage/private-folder.js';
import { dataFolder } from '../../storage/places.js';

/** Exists wherever snapd is installed. */
const SNAPS = '/var/lib/snapd';

/** Returns the parent of the page's folder. */
export function startFolder(
  platform: NodeJS.Platform = process.platform,
  hasSnaps = platform === 'linux' && existsSync(SNAPS),
): string {
  return hasSnaps ? join(homedir(), 'unsmear-start') : join(dataFolder(), 'start');
}

export class BrowserStart {
  private readonly folder: PrivateFolder;
  private removed = false;

  constructor(private readonly parent = startFolder()) {
    this.folder = new PrivateFolder(parent);
  }

  /**
   * Opens `address` in the system's browser. Rejects if the page cannot be private or no browser
   * starts; `failed` is called if the system reports that later, before the page is removed.
   */
  async open(address: string, failed: () => void): Promise<void> {
    const child = await open(await this.writePage(address));
    child.once('error', failed);
    child.once('exit', (code) => {
      if (code !== 0 && !this.removed) failed();
    });
  }

  /** Removes the page and its folders; never rejects. */
  async remove(): Promise<void> {
    this.removed = true;
    await this.folder.close().catch(() => undefined);
    // Fails while another instance has its page there.
    await rmdir(this.parent).catch(() => undefined);
  }

  private async writePage(address: string): Promise<string> {
    const path = join(await this.folder.fresh(), 'open-unsmear.html');
    await writeFile(path, redirectPage(address), { mode: 0o600, flag: 'wx' });
    await refuseShared(path, dirname(path));
    return path;
  }
}

/** Rejects if other users may read a path: some file systems (FAT, some shares) have no modes. */
export async function refuseShared(...paths: readonly string[]): Promise<void> {
  // Windows uses access lists; the data folder is in the user's profile.
  if (process.platform === 'win32') return;
  for (const part of paths) {
    if (((await stat(part)).mode & 0o077) !== 0) throw new Error(`${part} is open to other users.`);
  }
}

/** Returns a page that redirects to the address without a script or referrer. */
export function redirectPage(address: string): string {
  const target = address.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
  return `<!doctype html>
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url=${target}">
<title>Unsmear</title>
<p><a href="${target}">Open Unsmear</a></p>
`;
}
