/**
 * A power cut loses nothing that the journal calls done. What is on disk after one depends on the
 * order of writes and syncs, which is read from the program's system calls.
 */
import { mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { pattern, rawImage } from '../unit/photos.js';
import { commandLine } from './command.js';
import {
  fileOf,
  isBefore,
  isCreation,
  isMkdir,
  isNaming,
  isSync,
  isWrite,
  pathsOf,
  readTrace,
  strace,
  whyNoTrace,
  type Call,
} from './trace.js';

const skipped = whyNoTrace();
const { folder, start } = await commandLine('soft');
const NAMES = ['a.jpg', 'b.tif', 'day 1/c.avif'];

beforeAll(async () => {
  mkdirSync(join(folder, 'photos', 'day 1'), { recursive: true });
  for (const name of NAMES) {
    await sharp(await rawImage(pattern()).png().toBuffer()).toFile(join(folder, 'photos', name));
  }
});

interface Traced {
  readonly calls: readonly Call[];
  /** Paths of the results. */
  readonly results: readonly string[];
}

async function tracedBatch(name: string, ...more: string[]): Promise<Traced> {
  // The real path, as in system calls.
  const out = join(realpathSync(folder), name);
  const trace = join(folder, `${name}.trace`);
  const model = ['--model', 'tiny-soft', '--provider', 'cpu', '--no-skip', '--quiet'];
  const args = ['batch', 'photos', '--recursive', '--out-dir', out, ...model, ...more];
  // io_uring would hide calls from the trace.
  const env = { ...process.env, UV_USE_IO_URING: '0', UNSMEAR_DATA_DIR: join(folder, 'data') };
  const { code, stderr } = await start(args, { env }, strace(trace)).ended;
  expect([code, stderr]).toEqual([0, '']);
  const results = NAMES.map((photo) => join(out, photo.replace('.', '.deblurred.')));
  return { calls: readTrace(trace), results };
}

/** Finds the call that `what` describes, or fails. */
function the(call: Call | undefined, what: string): Call {
  if (call === undefined) throw new Error(`Not in the trace: ${what}.`);
  return call;
}

function expectOrder(...steps: readonly (readonly [what: string, call: Call])[]): void {
  for (const [i, [what, call]] of steps.slice(1).entries()) {
    const [before, earlier] = steps[i]!;
    expect(isBefore(earlier, call), `${before}, and after it ${what}`).toBe(true);
  }
}

/** Finds the first durable commit of the journal that contains `state` of a result. */
function commit(
  calls: readonly Call[],
  state: string,
  result: string,
): { write: Call; sync: Call } {
  const journal = calls.filter((call) => fileOf(call)?.endsWith('/batches.db-wal') === true);
  // The columns `state` and `output` are adjacent in a row.
  const says = (call: Call): boolean => isWrite(call) && call.text.includes(`${state}${result}`);
  const write = the(journal.find(says), `${result} is ${state}`);
  const sync = journal.find((call) => isSync(call) && isBefore(write, call));
  return { write, sync: the(sync, `${state} of ${result} is synced`) };
}

function placing(calls: readonly Call[], result: string): Call {
  const places = calls.filter((call) => isNaming(call) && pathsOf(call)[1] === result);
  expect(places).toHaveLength(1);
  return places[0]!;
}

function expectDurable({ calls }: Traced, result: string): void {
  const placed = placing(calls, result);
  const [temporary] = pathsOf(placed);
  expect(dirname(temporary!)).toBe(dirname(result));
  const writes = calls.filter((call) => isWrite(call) && fileOf(call) === temporary);
  const last = writes.reduce((a, b) => (b.ended > a.ended ? b : a), the(writes[0], 'its content'));
  const created = calls.find((call) => isCreation(call) && pathsOf(call)[0] === temporary);
  const sync = (path: string, after: Call): Call =>
    the(
      calls.find((call) => isSync(call) && fileOf(call) === path && isBefore(after, call)),
      `${path} is synced after ${after.name}`,
    );
  const done = commit(calls, 'done', result);
  expectOrder(
    ['its name is in the journal', commit(calls, 'working', result).sync],
    ['a file is made beside its place', the(created, 'the file is made')],
    ['its last byte is written', last],
    ['it is synced', sync(temporary!, last)],
    ['it is put in place', placed],
    ['its folder is synced', sync(dirname(result), placed)],
    ['the journal says done', done.write],
    ['the journal is synced', done.sync],
  );
  expect(calls.filter((call) => isWrite(call) && fileOf(call) === result)).toEqual([]);
  expect(calls.filter((call) => isCreation(call) && pathsOf(call)[0] === result)).toEqual([]);
}

describe('the system calls of a batch', { timeout: 120_000 }, () => {
  it('make each result and its folder durable before the journal calls it done', async ({
    skip,
  }) => {
    skip(skipped !== null, skipped ?? '');
    const traced = await tracedBatch('new');
    for (const result of traced.results) {
      expectDurable(traced, result);
      expect(placing(traced.calls, result).name).toMatch(/^link/);
    }
    const { calls, results } = traced;
    const folders = calls.filter(isMkdir).map((call) => [call, pathsOf(call)[0]!] as const);
    for (const made of [...new Set(results.map((result) => dirname(result)))]) {
      const making = the(folders.find(([, path]) => path === made)?.[0], `${made} is made`);
      const within = results.filter((result) => dirname(result) === made);
      const synced = calls.find(
        (call) => isSync(call) && fileOf(call) === dirname(made) && isBefore(making, call),
      );
      expectOrder(
        [`${made} is made`, making],
        ['the folder that it is in is synced', the(synced, `${dirname(made)} is synced`)],
        ['a result in it is done', commit(calls, 'done', within[0]!).write],
      );
    }
  });

  it('do so also for results that replace files', async ({ skip }) => {
    skip(skipped !== null, skipped ?? '');
    mkdirSync(join(folder, 'old', 'day 1'), { recursive: true });
    for (const name of NAMES) {
      writeFileSync(join(folder, 'old', name.replace('.', '.deblurred.')), 'An older one.');
    }
    const traced = await tracedBatch('old', '--on-exist', 'overwrite');
    for (const result of traced.results) {
      expectDurable(traced, result);
      expect(placing(traced.calls, result).name).toMatch(/^rename/);
    }
  });
});
