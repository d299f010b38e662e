/**
 * Starts a browser without telling other users the token. Command lines are public (`ps`), so the browser gets the path of a page of
 * mode 0600 in a folder of mode 0700, which leads to the one-time address. Jupyter does the same (jupyter/notebook#4260).
 *
 * The page lies in the data folder. On Linux with snapd it lies in the home folder instead: browsers that are snaps, as Ubuntu's
 * are, read neither hidden folders of the home folder nor /tmp nor the runtime folder (jupyter/notebook#4500). Flatpaks get any
 * file from the portal that forwards it. Under WSL the browser is one of Windows, for which `open` translates paths but no file
 * URLs (jupyter/notebook#4999): it is given the path.
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

/** Returns the folder that the page's own folder is made in. */
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
   * Opens `address` in the system's browser. Rejects if the page cannot be written where only this user reads it, or if no browser
   * can be started; `failed` is called if the system reports that later, before the page is removed.
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
    // Fails while another Unsmear has its page there.
    await rmdir(this.parent).catch(() => undefined);
  }

  private async writePage(address: string): Promise<string> {
    const path = join(await this.folder.fresh(), 'open-unsmear.html');
    await writeFile(path, redirectPage(address), { mode: 0o600, flag: 'wx' });
    await refuseShared(path, dirname(path));
    return path;
  }
}

/** Rejects if other users may read one of these: some file systems (FAT, some shares) know no modes. */
export async function refuseShared(...paths: readonly string[]): Promise<void> {
  // Windows has access lists instead; the data folder is in the user's profile.
  if (process.platform === 'win32') return;
  for (const part of paths) {
    if (((await stat(part)).mode & 0o077) !== 0) throw new Error(`${part} is open to other users.`);
  }
}

/** Returns a page that leads to the address at once, without a script, and without a referrer. */
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
