/** The photos among the arguments that the system starts the program with. */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Started {
  readonly cwd: string;
  /** Where the program itself is: in development the first argument that is no switch. null: packaged. */
  readonly program: string | null;
}

/**
 * Absolute paths. Switches are Chromium's and the system's own (`-psn_…`); behind `--` everything is a file. Linux
 * desktops give addresses (`file:`) where a launcher asks for them.
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
    // An address of something that is no file here.
    return [];
  }
}
