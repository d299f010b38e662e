/** The private page that leads a starting browser to the editor. */
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  BrowserStart,
  redirectPage,
  refuseShared,
  startFolder,
} from '../../src/main/hosts/http/browser-start.js';
import { dataFolder } from '../../src/main/storage/places.js';
import { temporaryFolder } from './photos.js';

describe('the page that a starting browser gets', () => {
  it('lies in the home folder, not hidden, on systems with snaps', () => {
    const parts = relative(homedir(), startFolder('linux', true)).split(sep);
    expect(parts).toHaveLength(1);
    expect(parts[0]).not.toMatch(/^\./);
    expect(parts[0]).not.toBe('snap');
  });

  it.each(['linux', 'darwin', 'win32'] as const)('lies in the data folder otherwise (%s)', (os) => {
    expect(startFolder(os, false)).toBe(join(dataFolder(), 'start'));
  });

  it('leads to an address with any characters', () => {
    const page = redirectPage('http://127.0.0.1:1/?token=a"><b>&c');
    expect(page).toContain('content="0; url=http://127.0.0.1:1/?token=a&quot;><b>&amp;c"');
  });

  it.skipIf(process.platform === 'win32')(
    'is refused in a folder that other users can read',
    async () => {
      const path = join(temporaryFolder(), 'page.html');
      writeFileSync(path, '', { mode: 0o600 });
      await refuseShared(path);
      chmodSync(path, 0o640);
      await expect(refuseShared(path)).rejects.toThrow();
    },
  );

  it('is removed with its folders even if it was never written', async () => {
    const parent = join(temporaryFolder(), 'start');
    await new BrowserStart(parent).remove();
    expect(existsSync(parent)).toBe(false);
  });

  it('is removed without the folders of other instances', async () => {
    const parent = temporaryFolder();
    const other = `unsmear-${process.pid}-other`;
    mkdirSync(join(parent, other));
    await new BrowserStart(parent).remove();
    expect(readdirSync(parent)).toEqual([other]);
  });
});
