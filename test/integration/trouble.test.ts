/** Full disks, read-only folders, Ctrl-C and a killed engine. */
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import type { Failure } from '../../src/main/app/restore.js';
import { makePhoto } from '../engine/harness.js';
import { TileGate } from '../engine/tile-gate.js';
import { asNobody, commandLine, isRoot, listing, nobodyCanRun } from './command.js';

const { folder, start, unsmear } = await commandLine('staged');
const gate = await TileGate.open();
const MODEL = ['--model', 'tiny-staged', '--provider', 'cpu', '--no-skip'];
const errorsOf = (stdout: string): Failure[] =>
  (JSON.parse(stdout) as { errors: Failure[] }).errors;
let small: string;
let large: string;

beforeAll(async () => {
  small = await makePhoto(folder, 300, 200);
  large = await makePhoto(folder, 800, 600);
});
afterAll(() => gate.close());

function unless(condition: boolean, context: TestContext, why: string): void {
  if (!condition) context.skip(why);
}

function place(name: string): string {
  const path = join(folder, name);
  mkdirSync(path);
  return path;
}

describe('a folder that cannot be written to', () => {
  it('is one clear error and stays empty', async (context) => {
    unless(process.platform !== 'win32', context, 'Windows has other permissions.');
    unless(
      !isRoot || nobodyCanRun(),
      context,
      'Runs as root, and no other user can read this checkout.',
    );
    const target = place('foreign');
    chmodSync(target, 0o555);
    const user = isRoot ? asNobody : {};
    const { code, stdout } = await start(
      ['deblur', small, ...MODEL, '--out-dir', target, '--json'],
      user,
    ).ended;
    expect([code, errorsOf(stdout)[0]?.code]).toEqual([4, 'output-unwritable']);
    expect(listing(target)).toEqual([]);
    const deeper = join(target, 'deeper');
    const made = await start(['deblur', small, ...MODEL, '--out-dir', deeper, '--json'], user)
      .ended;
    expect([made.code, errorsOf(made.stdout)[0]?.code]).toEqual([4, 'output-unwritable']);
  });

  it('is refused if it is a file', async () => {
    const { code, stdout } = await unsmear('deblur', small, ...MODEL, '--out-dir', small, '--json');
    expect([code, errorsOf(stdout)[0]?.code]).toEqual([4, 'output-unwritable']);
  });

  it('is an error if the folder of -o does not exist', async () => {
    const target = join(folder, 'nowhere', 'a.png');
    const { code, stdout } = await unsmear('deblur', small, ...MODEL, '-o', target, '--json');
    expect([code, errorsOf(stdout)[0]?.code]).toEqual([4, 'output-unwritable']);
  });
});

describe('a full disk', () => {
  it.for(['png', 'jpeg', 'webp', 'tiff'])(
    'is one clear error for %s, and nothing is left on it',
    async (format, context) => {
      unless(
        process.platform === 'linux' && isRoot,
        context,
        'Mounting a small disk needs root on Linux.',
      );
      const disk = place(`disk-${format}`);
      const mounted =
        spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=96k', 'tmpfs', disk]).status === 0;
      unless(mounted, context, 'Mounting is not allowed here.');
      try {
        const args = ['--out-dir', disk, '--format', format, '--quality', '100', '--json'];
        const { code, stdout } = await unsmear('deblur', large, ...MODEL, '--tile', '128', ...args);
        expect([code, errorsOf(stdout)[0]?.code]).toEqual([4, 'disk-full']);
        expect(listing(disk)).toEqual([]);
      } finally {
        spawnSync('umount', [disk]);
      }
    },
  );
});

describe('Ctrl-C', () => {
  it('ends with 130 and leaves no file', async (context) => {
    unless(process.platform !== 'win32', context, 'Windows has no process groups to signal.');
    const target = place('interrupted');
    copyFileSync(small, join(target, 'a.png'));
    const held = gate.hold({ step: 3 });
    // A process group of its own, as a terminal makes one: the engine gets the signal as well.
    const { child, ended } = start(['deblur', join(target, 'a.png'), ...MODEL, '--json'], {
      detached: true,
      env: gate.env,
    });
    await held;
    process.kill(-child.pid!, 'SIGINT');
    const { code, stdout } = await ended;
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toEqual({ outputs: [], skipped: [], errors: [] });
    expect(listing(target)).toEqual(['a.png']);
    expect(listing(tmpdir()).filter((name) => name.startsWith(`unsmear-${child.pid!}-`))).toEqual(
      [],
    );
  });
});

describe('a killed engine', () => {
  it('changes no pixel of the result', async () => {
    const target = place('killed');
    const args = ['deblur', small, ...MODEL, '-o'];
    const calm = await unsmear(...args, join(target, 'calm.png'), '--quiet');
    expect(calm.code).toBe(0);
    const held = gate.hold({ step: 3 });
    const { ended } = start([...args, join(target, 'shaken.png')], { env: gate.env });
    process.kill((await held).pid, 'SIGKILL');
    const { code, stderr } = await ended;
    expect(code).toBe(0);
    expect(stderr).toMatch(/trying again/);
    expect(
      readFileSync(join(target, 'shaken.png')).equals(readFileSync(join(target, 'calm.png'))),
    ).toBe(true);
    expect(listing(target)).toEqual(['calm.png', 'shaken.png']);
  });
});
