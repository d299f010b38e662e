/** A killed program takes its engine with it, at any moment. */
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { makePhoto } from '../engine/harness.js';
import { commandLine, engineOf, pause } from './command.js';
import { enginesOf, until } from './processes.js';

const { folder, start } = await commandLine('staged', 'endless');
const data = join(folder, 'data');
const noEngines = () => enginesOf(data).length === 0;
let photo: string;

beforeAll(async () => {
  photo = await makePhoto(folder, 1600, 1200);
});

describe.runIf(process.platform === 'linux')('kill -9 of the command line', () => {
  // From the start of the engine process through its imports to its first tiles.
  it.each([0, 40, 80, 130, 200, 400])('leaves no engine that began %i ms ago', async (ms) => {
    const { child, ended } = start([
      ...['deblur', photo, '-o', join(folder, `${ms}.png`), '--model', 'tiny-staged'],
      ...['--provider', 'cpu', '--no-skip', '--tile', '128', '--quiet'],
    ]);
    await engineOf(child, 2);
    await pause(ms);
    child.kill('SIGKILL');
    await ended;
    // A process that is just starting has no name yet.
    await pause(300);
    await until(noEngines, 'the engine ended', 10);
  });

  it('leaves no engine whose network never returns', async () => {
    const { child, ended } = start([
      ...['deblur', photo, '-o', join(folder, 'never.png'), '--model', 'tiny-endless'],
      ...['--provider', 'cpu', '--no-skip', '--quiet'],
    ]);
    await until(() => !noEngines(), 'the engine started');
    await pause(2500);
    child.kill('SIGKILL');
    await ended;
    await until(noEngines, 'the engine ended', 10);
    expect(enginesOf(data)).toEqual([]);
  });
});
