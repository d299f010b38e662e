/** Replaces GNOME's opener, which `xdg-open` starts, and records what `ps` shows. Linux only. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pause } from './command.js';

export interface FakeBrowser {
  /** File that exists after the start. */
  readonly record: string;
  /** Environment for the program that starts it. */
  readonly env: NodeJS.ProcessEnv;
  /** Resolves after the start with all arguments of its process and its parent's. */
  readonly started: () => Promise<readonly string[]>;
}

/** `code`: its exit code. */
export function fakeBrowser(folder: string, code = 0): FakeBrowser {
  const bin = join(folder, 'bin');
  const record = join(folder, 'arguments');
  mkdirSync(bin);
  const script = [
    '#!/bin/sh',
    '[ "$1" = help ] && exit 0',
    `cat "/proc/$PPID/cmdline" "/proc/$$/cmdline" > "${record}.part"`,
    `mv "${record}.part" "${record}"`,
    `exit ${code}`,
  ];
  writeFileSync(join(bin, 'gio'), `${script.join('\n')}\n`, { mode: 0o755 });
  return {
    record,
    env: { PATH: `${bin}:${process.env.PATH ?? ''}`, XDG_CURRENT_DESKTOP: 'GNOME' },
    started: async () => {
      for (let i = 0; !existsSync(record); i++) {
        if (i === 600) throw new Error('No browser was started.');
        await pause(25);
      }
      return readFileSync(record, 'utf8').split('\0');
    },
  };
}
