/** Finds the photos among the program's arguments. */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Started {
  readonly cwd: string;
  /** Path of the program, the first plain argument in development; `null` if it is packaged. */
  readonly program: string | null;
}

/**
 * Returns absolute paths. Skips switches, which are Chromium's or the system's (`-psn_…`); after
 * `--` everything is a file. Linux launchers may pass `file:` addresses.
 */
export function photosOf(argv: readonly string[], { cwd, program }: Started): string[] {
  const given = argv.slice(1);
  const end = given.indexOf('--');
  const before = end < 0 ? given : given.slice(0, end);
  const after = end < 0 ? [] : given.slice(end + 1);
  const names = before.filter((text) => text !== '' && !text.startsWith('-'));
  const own = program === null ? -1 : names.findIndex((name) => resolve(cwd, name) === program);
  return [...names.filter((_, i) => i !== own), ...after].flatMap((name) => pathOf(name, cwd));
}

function pathOf(name: string, cwd: string): string[] {
  if (!/^[a-z][a-z0-9+.-]+:\/\//i.test(name)) return [resolve(cwd, name)];
  try {
    return [fileURLToPath(name)];
  } catch {
    // A `file:` address of another machine.
    return [];
  }
}
