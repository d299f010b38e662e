/** Stands in for GNOME's opener, which `xdg-open` starts: writes down what `ps` shows of both, and opens nothing. Linux only. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pause } from './command.js';

export interface FakeBrowser {
  /** File that exists once it was started. */
  readonly record: string;
  /** Environment of a program that is to start it. */
  readonly env: NodeJS.ProcessEnv;
  /** Resolves when it was started, with all arguments of its process and of the one that started it. */
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
