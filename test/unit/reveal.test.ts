/** Showing files in the system's file manager. */
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { revealCommand, systemRevealer } from '../../src/main/app/reveal.js';
import { temporaryFolder } from './photos.js';

describe('reveal', () => {
  it('hands the path over as one word, whatever is in it', () => {
    const path = '/p/a b;$(x) "1".jpg';
    expect(revealCommand(path, 'darwin')).toEqual({ program: 'open', args: ['-R', path] });
    expect(revealCommand(path, 'linux')).toEqual({ program: 'xdg-open', args: ['/p'] });
    expect(revealCommand('C:\\a, b\\c.jpg', 'win32')).toEqual({
      program: 'explorer.exe',
      args: ['/select,"C:\\a, b\\c.jpg"'],
      verbatim: true,
    });
  });

  it.skipIf(process.platform === 'win32')('starts the program of the system', async () => {
    const folder = temporaryFolder();
    const told = join(folder, 'told');
    const program = join(folder, 'xdg-open');
    writeFileSync(program, `#!/bin/sh\nprintf %s "$1" > ${told}.part && mv ${told}.part ${told}\n`);
    chmodSync(program, 0o755);
    const env = { PATH: `${folder}:/usr/bin:/bin`, DISPLAY: ':0' };
    const revealer = systemRevealer(env, 'linux');
    expect(revealer.available).toBe(true);
    await revealer.reveal('/somewhere else/a.jpg');
    await expect.poll(() => existsSync(told)).toBe(true);
    expect(readFileSync(told, 'utf8')).toBe('/somewhere else');
  });

  it('is not offered where no window would appear, and says so where no program is', async () => {
    expect(systemRevealer({}, 'linux').available).toBe(false);
    expect(systemRevealer({ WAYLAND_DISPLAY: 'w' }, 'linux').available).toBe(true);
    const far = systemRevealer({ DISPLAY: ':10', SSH_CONNECTION: '1 2 3 4' }, 'linux');
    expect(far.available).toBe(false);
    await expect(far.reveal('/a')).rejects.toMatchObject({ code: 'host-unable' });
    const bare = systemRevealer({ DISPLAY: ':0', PATH: temporaryFolder() }, 'linux');
    await expect(bare.reveal('/a')).rejects.toMatchObject({ code: 'host-unable' });
  });
});
