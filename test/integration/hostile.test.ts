/** Hostile files through the built program: batch, deblur, triage and the browser host. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import type { BatchDocument } from '../../src/main/batch/report.js';
import type { TriageRow } from '../../src/main/app/triage/report.js';
import { ApiClient } from '../../src/shared/protocol/client.js';
import { openSocketChannel } from '../../src/shared/protocol/socket.js';
import type { RestoreReport } from '../../src/shared/contracts/restore.js';
import { pattern, rawImage } from '../unit/photos.js';
import * as hostile from '../unit/hostile.js';
import { commandLine } from './command.js';
import { enter } from './transports.js';
import { toErrorData, type ErrorData, type WarningData } from '../../src/shared/core/errors.js';
import { inEnglish, warningInEnglish } from '../../src/shared/texts/explain.js';

const SERVER = fileURLToPath(new URL('../../out/main/server.js', import.meta.url));
const { folder, start, unsmear } = await commandLine('soft');
const MODEL = ['--model', 'tiny-soft', '--provider', 'cpu', '--no-skip'];
const top = join(folder, 'hostile');
/** What the attacks took was minutes and gigabytes. */
const QUICK = { timeout: 60_000 };
const MOST_BYTES = 1e9;

const METADATA = /^Some metadata of the photo could not be kept: /;
const RESTORED: readonly (readonly [name: string, warning: RegExp | null])[] = [
  ['exif-loop-50.jpg', METADATA],
  ['exif-loop-2000.jpg', METADATA],
  ['good.png', null],
  ['ifd-loop.tif', METADATA],
  ['overlapping.tif', METADATA],
  ['spaces.webp', null],
];
const REFUSED: readonly (readonly [name: string, message: string])[] = [
  ['pipe.jpg', 'pipe.jpg is not a file, but a named pipe.'],
  ['socket.png', 'socket.png is not a file, but a socket.'],
];
const EDIT =
  /^The edit saved beside feathers.png cannot be used. .* more than 50 operations that feather or grow\.$/;

beforeAll(async () => {
  mkdirSync(top);
  const files: Record<string, Buffer | string> = {
    'exif-loop-50.jpg': await hostile.jpegWithExif(hostile.loopingExif(50)),
    'exif-loop-2000.jpg': await hostile.jpegWithExif(hostile.loopingExif(2000)),
    'ifd-loop.tif': hostile.loopingTiff(50),
    'overlapping.tif': hostile.overlappingTiff(300, 5 << 20),
    'spaces.webp': await hostile.webpWith('XMP ', hostile.spacedXmp(1 << 20)),
    'feathers.png': await rawImage(pattern()).png().toBuffer(),
    'feathers.png.unsmear.json': hostile.sidecarOf(hostile.feathers(20_000)),
    'good.png': await rawImage(pattern()).png().toBuffer(),
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(top, name), content);
});

/** Reads the peak resident memory of a process and its children, every 50 ms (Linux). */
function watchMemory(child: ChildProcess): () => number {
  let most = 0;
  const timer = setInterval(() => {
    most = Math.max(most, residentBytes(child.pid ?? 0));
  }, 50);
  child.once('close', () => clearInterval(timer));
  return () => most;
}

function residentBytes(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const own = Number(/^VmRSS:\s*(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return children.split(' ').filter(Boolean).map(Number).map(residentBytes).reduce(add, own);
  } catch {
    return 0;
  }
}

const add = (a: number, b: number): number => a + b;

describe.runIf(process.platform === 'linux')('a folder of hostile files', () => {
  let socket: Awaited<ReturnType<typeof hostile.makeSocket>>;
  beforeAll(async () => {
    hostile.makePipe(join(top, 'pipe.jpg'));
    socket = await hostile.makeSocket(join(top, 'socket.png'));
  });
  afterAll(() => void socket.close());

  it('is worked off by batch in little memory, each photo restored or refused', QUICK, async () => {
    const out = join(folder, 'out');
    const { child, ended } = start(['batch', top, '--out-dir', out, ...MODEL, '--json']);
    const memory = watchMemory(child);
    const { code, stdout } = await ended;
    const { outputs, errors } = JSON.parse(stdout) as BatchDocument;
    expect(code).toBe(3);
    const warnings = outputs.map((report) => [
      basename(report.input),
      (report as RestoreReport).warnings,
    ]);
    expect(warnings).toEqual(
      RESTORED.map(([name, warning]) => [
        name,
        warning === null ? [] : [expect.stringMatching(warning)],
      ]),
    );
    expect(errors.map(({ input, message }) => [basename(input), message])).toEqual([
      ['feathers.png', expect.stringMatching(EDIT)],
      ...REFUSED,
    ]);
    expect(memory()).toBeLessThan(MOST_BYTES);
    expect(memory()).toBeGreaterThan(0);
  });

  it('is judged by triage', QUICK, async () => {
    const { stdout } = await unsmear(
      'triage',
      top,
      '--model',
      'tiny-soft',
      '--provider',
      'cpu',
      '--order',
      'name',
      '--json',
    );
    const rows = JSON.parse(stdout) as TriageRow[];
    const judged = rows.filter(({ error }) => error === null).map(({ input }) => basename(input));
    expect(judged.sort()).toEqual(['feathers.png', ...RESTORED.map(([name]) => name)].sort());
    const failed = rows.flatMap(({ input, error }) =>
      error === null ? [] : [[basename(input), error.message]],
    );
    expect(failed).toEqual(REFUSED);
  });

  it('is restored by deblur, but for a pipe as a photo and a pipe as a mask', QUICK, async () => {
    const names = [...RESTORED, ...REFUSED].map(([name]) => join(top, name));
    const out = join(folder, 'out-deblur');
    const deblurred = await unsmear('deblur', ...names, '--out-dir', out, ...MODEL, '--json');
    const { outputs, errors } = JSON.parse(deblurred.stdout) as Pick<
      BatchDocument,
      'outputs' | 'errors'
    >;
    expect(outputs.map(({ input }) => basename(input))).toEqual(RESTORED.map(([name]) => name));
    expect(errors.map(({ input, message }) => [basename(input), message])).toEqual(REFUSED);

    const good = join(top, 'good.png');
    const masked = await unsmear(
      'deblur',
      good,
      '--mask',
      join(top, 'pipe.jpg'),
      '--out-dir',
      out,
      ...MODEL,
    );
    expect(masked.code).not.toBe(0);
    expect(masked.stderr).toContain('pipe.jpg is not a file, but a named pipe.');
  });

  it('is opened by the browser host, with warnings and reasons', QUICK, async () => {
    const page = join(folder, 'page');
    mkdirSync(page);
    writeFileSync(join(page, 'index.html'), '<!doctype html><title>Unsmear</title>');
    const env = { ...process.env, UNSMEAR_DATA_DIR: join(folder, 'data'), HOME: folder };
    const host = spawn(process.execPath, [SERVER, '--app', page, '--root', top], { env });
    try {
      const address = await new Promise<string>((resolve) => {
        host.stdout.on('data', (line: Buffer) =>
          resolve(line.toString().trim().split(' ').at(-1)!),
        );
      });
      const { origin, host: at } = new URL(address);
      const headers = { cookie: await enter(address), origin };
      const client = new ApiClient(
        await openSocketChannel(new WebSocket(`ws://${at}/api`, { origin, headers })),
      );
      const { entries } = await client.call('listFolder', { folder: null });
      const root = entries.find(({ name }) => name === 'hostile')!;
      const photos = (await client.call('listFolder', { folder: root.ref })).entries;
      const opened = await Promise.all(
        photos.map(async ({ ref, name }) => {
          const photo = await client
            .call('openPhoto', { file: ref })
            .catch((error: unknown) => inEnglish(toErrorData(error)));
          return [
            name,
            photo as {
              warnings?: WarningData[];
              message?: string;
              edit?: unknown;
              editProblem?: ErrorData | null;
            },
          ] as const;
        }),
      );
      const told = opened.map(([name, { warnings, message }]) => [
        name,
        warnings?.map(warningInEnglish) ?? message,
      ]);
      expect(new Map(told as [string, unknown][])).toEqual(
        new Map<string, unknown>([
          ['feathers.png', []],
          ...RESTORED.map(
            ([name, warning]) =>
              [name, warning === null ? [] : [expect.stringMatching(warning)]] as const,
          ),
          ...REFUSED,
        ]),
      );
      const { edit, editProblem } = opened.find(([name]) => name === 'feathers.png')![1];
      expect(edit).toBeNull();
      expect(JSON.stringify(editProblem)).toMatch(/more than 50 operations that feather or grow/);
    } finally {
      host.kill('SIGINT');
    }
  });
});
