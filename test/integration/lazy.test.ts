/** Subcommands of the built program load their packages when they run. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { commandLine, type Ended } from './command.js';

const { folder, start } = await commandLine();
const hook = new URL('loaded-packages.js', import.meta.url).href;

/** Runs a command line; returns how it ended and the npm packages that it loaded. */
async function packagesOf(...args: string[]): Promise<Ended & { packages: string[] }> {
  const list = join(folder, `${args.join(' ')}.txt`);
  const env = { NODE_OPTIONS: `--import=${hook}`, LOADED_MODULES: list };
  const ended = await start(args, { env }).ended;
  const loaded = readFileSync(list, 'utf8').matchAll(/node_modules\/((?:@[^/\n]+\/)?[^/\n]+)/g);
  return { ...ended, packages: [...new Set([...loaded].map(([, name]) => name!))].sort() };
}

it.each(['--version', '--help', 'deblur --help', 'batch --help', 'serve --help'])(
  '"unsmear %s" loads the option parser and the schemas of options only',
  async (line) => {
    const { code, packages } = await packagesOf(...line.split(' '));
    expect({ code, packages }).toEqual({ code: 0, packages: ['commander', 'zod'] });
  },
);

it('loads the database when a batch is asked for', async () => {
  const { packages } = await packagesOf('batch', '--resume');
  expect(packages).toContain('libsql');
});
