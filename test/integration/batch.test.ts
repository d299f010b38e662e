/** Runs `unsmear batch` with the built program, its engine and small plug-ins. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  readdirSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from 'csv-parse/sync';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BatchDocument } from '../../src/main/batch/report.js';
import { makePhoto } from '../engine/harness.js';
import { TileGate } from '../engine/tile-gate.js';
import { commandLine, listing, pause, type Running } from './command.js';

const { folder, start, unsmear } = await commandLine('soft');
const gate = await TileGate.open();
const MODEL = ['--model', 'tiny-soft', '--provider', 'cpu', '--no-skip'];
let photo: Buffer;

beforeAll(async () => {
  photo = readFileSync(await makePhoto(folder, 96, 64));
});

afterAll(() => gate.close());

/** Starts a batch and resolves when it is held at its n-th remaining photo. */
async function startHeld(photo: number, ...args: string[]): Promise<Running> {
  const held = gate.hold({ photo });
  const running = start(['batch', ...args], { env: gate.env });
  await held;
  return running;
}

/** Width and height in the header of a PNG: 100,000 pixels each. */
const HUGE = Buffer.from('000186a0000186a0', 'hex');

/** Makes a folder of photos of the same content. */
function photos(name: string, ...files: string[]): string {
  const top = join(folder, name);
  for (const file of files) {
    const path = join(top, file);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, photo);
  }
  return top;
}

async function batch(...args: string[]): Promise<{ code: number | null } & BatchDocument> {
  const { code, stdout } = await unsmear('batch', ...args, '--json');
  return { code, ...(JSON.parse(stdout) as BatchDocument) };
}

const hashes = (top: string): string[][] =>
  readdirSync(top, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => {
      const content = readFileSync(join(parentPath, name));
      return [name, createHash('sha256').update(content).digest('hex')];
    })
    .sort();

describe('a batch', () => {
  it('restores a folder, keeps its subfolders and reports the results', async () => {
    const top = photos('tree', 'a.png', 'day 1/b.png', 'day 1/deep/c.png');
    const report = join(folder, 'report.csv');
    const out = join(folder, 'tree-out');
    const done = await batch(top, '--recursive', '--out-dir', out, ...MODEL, '--report', report);
    expect(done).toMatchObject({ code: 0, done: 3, failed: 0, skipped: 0, waiting: 0 });
    expect(existsSync(join(out, 'day 1/deep/c.deblurred.png'))).toBe(true);
    const rows = parse<Record<string, string>>(readFileSync(report), { columns: true, bom: true });
    expect(rows.map((row) => [basename(row.photo ?? ''), row.state])).toEqual([
      ['a.png', 'done'],
      ['b.png', 'done'],
      ['c.png', 'done'],
    ]);
  });

  it('gives photos of the same name different results in one folder', async () => {
    const top = photos('twins', 'x/a.png', 'y/a.png');
    const out = join(folder, 'twins-out');
    await batch(
      top,
      '--recursive',
      '--flat',
      '--out-dir',
      out,
      ...MODEL,
      '--on-exist',
      'overwrite',
    );
    expect(listing(out)).toEqual(['a.deblurred-2.png', 'a.deblurred.png']);
  });

  it('names results by the template', async () => {
    const top = photos('named', 'a.png', 'b.png');
    const out = join(folder, 'named-out');
    await batch(
      top,
      '--out-dir',
      out,
      ...MODEL,
      '--name',
      '{counter:3}-{stem}-{width}',
      '--format',
      'jpeg',
    );
    expect(listing(out)).toEqual(['001-a-96.jpg', '002-b-96.jpg']);
  });

  it('reports missing named photos and restores the others', async () => {
    const top = photos('given', 'a.png');
    mkdirSync(join(top, 'folder.jpg'));
    const { code, done, errors } = await batch(
      ...['a.png', 'folder.jpg', 'gone.jpg'].map((name) => join(top, name)),
      ...['--out-dir', join(folder, 'given-out'), ...MODEL],
    );
    expect([code, done]).toEqual([3, 1]);
    expect(errors.map(({ input, code: why }) => [basename(input), why])).toContainEqual([
      'gone.jpg',
      'file-missing',
    ]);
  });

  it('skips existing results if asked to', async () => {
    const top = photos('again', 'a.png', 'b.png');
    const args = [top, '--out-dir', join(folder, 'again-out'), ...MODEL, '--on-exist', 'skip'];
    await batch(...args);
    const second = await batch(...args);
    expect(second).toMatchObject({ code: 0, done: 0, skipped: 2 });
    expect(second.leftAlone.map(({ because }) => because)).toEqual(['exists', 'exists']);
  });

  it('never overwrites a photo or a mask', async () => {
    const top = photos('own', 'a.png', 'a.mask.png', 'b.png');
    const before = hashes(top);
    const args = ['--out-dir', top, ...MODEL, '--on-exist', 'overwrite', '--name'];
    const same = await batch(join(top, 'a.png'), join(top, 'b.png'), ...args, '{stem}');
    const mask = await batch(join(top, 'a.png'), ...args, '{stem}.mask');
    expect(same.errors.map(({ code }) => code)).toEqual(['output-is-input', 'output-is-input']);
    expect(mask.errors.map(({ code }) => code)).toEqual(['output-is-input']);
    expect(hashes(top)).toEqual(before);
  });

  it('uses the mask beside a photo', async () => {
    const top = photos('masked', 'a.png', 'b.png');
    const half = Buffer.alloc(96 * 64);
    for (let i = 0; i < half.length; i++) half[i] = i % 96 < 48 ? 255 : 0;
    const mask = sharp(half, { raw: { width: 96, height: 64, channels: 1 } });
    await mask.toColourspace('b-w').png().toFile(join(top, 'a.mask.png'));
    const out = join(folder, 'masked-out');
    const inputs = [join(top, 'a.png'), join(top, 'b.png')];
    await batch(...inputs, '--out-dir', out, ...MODEL);
    const pixels = (path: string): Promise<Buffer> => sharp(path).removeAlpha().raw().toBuffer();
    const [original, masked, whole] = await Promise.all([
      pixels(join(top, 'a.png')),
      pixels(join(out, 'a.deblurred.png')),
      pixels(join(out, 'b.deblurred.png')),
    ]);
    const changed = (a: Buffer, right: boolean): boolean =>
      a.some((value, i) => Math.floor(i / 3) % 96 >= 48 === right && value !== original[i]);
    expect([changed(masked, false), changed(masked, true)]).toEqual([true, false]);
    expect(changed(whole, true)).toBe(true);
  });

  it('uses the regions saved beside a photo, and fails the photo if they are unreadable', async () => {
    const top = photos('edited', 'a.png', 'b.png');
    const nothing = {
      ...{ format: 'unsmear-edit', version: 1, view: {}, history: null, shared: [] },
      photo: { name: 'a.png', width: 96, height: 64, bytes: null, hash: null },
      settings: {
        regions: {
          version: 1,
          operations: [{ kind: 'rectangle', mode: 'add', x: 0, y: 0, w: 10, h: 64 }],
        },
      },
    };
    writeFileSync(join(top, 'a.png.unsmear.json'), JSON.stringify(nothing));
    writeFileSync(join(top, 'b.png.unsmear.json'), '{');
    const out = join(folder, 'edited-out');
    const { code, errors } = await batch(top, '--out-dir', out, ...MODEL);
    expect([code, errors.map((error) => [basename(error.input), error.code])]).toEqual([
      3,
      [['b.png', 'edit-invalid']],
    ]);
    const pixels = (path: string): Promise<Buffer> => sharp(path).removeAlpha().raw().toBuffer();
    const [before, after] = await Promise.all([
      pixels(join(top, 'a.png')),
      pixels(join(out, 'a.deblurred.png')),
    ]);
    const columns = new Set<number>();
    after.forEach((value, i) => value !== before[i] && columns.add(Math.floor(i / 3) % 96));
    expect([columns.size > 0, [...columns].every((column) => column < 10)]).toEqual([true, true]);
  });

  it('of 200 photos restores the 160 good ones and reports each bad one', async () => {
    const good = Array.from({ length: 160 }, (_, i) => `good ${i}.png`);
    const top = photos('mixed', ...good);
    const kinds: [string, Buffer | string, string][] = [
      ['empty.jpg', '', 'image-broken'],
      ['words.jpg', 'Hello.', 'image-broken'],
      ['half.png', photo.subarray(0, photo.length / 2), 'image-broken'],
      ['stub.tif', 'II*\0', 'image-broken'],
      ['page.jpg', '%PDF-1.7\n', 'format-unsupported'],
      [
        'drawing.png',
        '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>',
        'format-unsupported',
      ],
      ['raw.tif', 'II*\0\x10\0\0\0CR\x02\0', 'format-unsupported'],
      ['film.webp', 'GIF89a\x01\0\x01\0', 'format-unsupported'],
      ['phone.heic', '\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'image-broken'],
      [
        'bomb.png',
        Buffer.concat([photo.subarray(0, 16), HUGE, photo.subarray(24)]),
        'image-too-large',
      ],
    ];
    const bad = kinds.flatMap(([name, content, wanted]) =>
      [1, 2, 3, 4].map((copy) => [`${copy} ${name}`, content, wanted] as const),
    );
    for (const [name, content] of bad) {
      writeFileSync(
        join(top, name),
        typeof content === 'string' ? Buffer.from(content, 'latin1') : content,
      );
    }
    const { code, done, failed, errors } = await batch(
      ...[top, '--out-dir', join(folder, 'mixed-out'), ...MODEL],
    );
    expect([code, done, failed, bad.length]).toEqual([3, 160, 40, 40]);
    const codes = new Map(errors.map((error) => [basename(error.input), error.code]));
    for (const [name, , wanted] of bad) expect([name, codes.get(name)]).toEqual([name, wanted]);
    expect(errors.every(({ hint, message }) => message !== '' && hint !== undefined)).toBe(true);
    expect(listing(join(folder, 'mixed-out'))).toHaveLength(good.length);
  });
});

/** Results in a folder; other files there are unfinished. */
const results = (out: string) => listing(out).filter((name) => name.endsWith('.deblurred.png'));

describe('a batch that is interrupted', () => {
  const names = Array.from({ length: 10 }, (_, i) => `${i}.png`);

  it('resumes after kill -9 with the same results', async () => {
    const top = photos('killed', ...names);
    const whole = join(folder, 'whole-out');
    await batch(top, '--out-dir', whole, ...MODEL);
    const out = join(folder, 'killed-out');
    let args = [top, '--out-dir', out, ...MODEL];
    for (const [photo, done] of [
      [3, 2],
      [4, 5],
      [4, 8],
    ] as const) {
      const { child, ended } = await startHeld(photo, ...args);
      expect(results(out)).toHaveLength(done);
      child.kill('SIGKILL');
      await ended;
      args = ['--resume', '--out-dir', out];
    }
    const rest = await batch(...args);
    expect(rest).toMatchObject({ code: 0, done: 10, waiting: 0 });
    expect(hashes(out)).toEqual(hashes(whole));
  });

  it('stops at Ctrl-C with complete files and resumes later', async () => {
    const top = photos('stopped', ...names);
    const out = join(folder, 'stopped-out');
    const { child, ended } = await startHeld(4, top, '--out-dir', out, ...MODEL, '--json');
    child.kill('SIGINT');
    const { code, stdout, stderr } = await ended;
    const first = JSON.parse(stdout) as BatchDocument;
    expect(code).toBe(130);
    expect([first.done, first.waiting]).toEqual([3, 7]);
    expect(stderr).toMatch(/unsmear batch --resume/);
    expect(listing(out)).toEqual(results(out));
    expect(await batch('--resume', '--out-dir', out)).toMatchObject({ code: 0, done: 10 });
    expect(listing(out)).toEqual(names.map((name) => name.replace('.png', '.deblurred.png')));
    expect(await batch('--resume', '--out-dir', out)).toMatchObject({ code: 0, done: 0 });
  });
});

describe('a batch with failed photos', () => {
  it('retries them with --retry and keeps finished results', async () => {
    const top = photos('away', 'a.png', 'b.png');
    const out = join(folder, 'away-out');
    const mask = join(top, 'a.mask.png');
    // Damaged: the photo fails rather than being restored without its mask.
    writeFileSync(mask, 'no picture');
    const first = await batch(top, '--out-dir', out, ...MODEL);
    expect(first).toMatchObject({ code: 3, done: 1, failed: 1 });
    rmSync(mask);
    const { code } = await unsmear('batch', '--resume', '--out-dir', out);
    expect(code).toBe(0);
    expect(listing(out)).toEqual(['b.deblurred.png']);
    const again = await batch('--resume', '--retry', '--out-dir', out);
    expect(again).toMatchObject({ code: 0, done: 2, failed: 0 });
    expect(listing(out)).toEqual(['a.deblurred.png', 'b.deblurred.png']);
  });
});

describe('a batch whose drive was removed', () => {
  it('stops, creates no folder in its place, and resumes when it is back', async () => {
    const top = photos('unplugged', ...Array.from({ length: 8 }, (_, i) => `${i}.png`));
    const out = join(folder, 'unplugged-out');
    const away = join(folder, 'unplugged-away');
    const { ended } = await startHeld(3, top, '--out-dir', out, ...MODEL, '--json');
    renameSync(out, away);
    gate.release();
    const { code, stdout } = await ended;
    expect(code).toBe(3);
    const { done, waiting, errors } = JSON.parse(stdout) as BatchDocument;
    expect(errors).toMatchObject([{ code: 'output-gone' }]);
    expect([done, waiting]).toEqual([2, 6]);
    expect(existsSync(out)).toBe(false);
    renameSync(away, out);
    expect(await batch('--resume', '--out-dir', out)).toMatchObject({
      code: 0,
      done: 8,
      failed: 0,
    });
    expect(listing(out)).toHaveLength(8);
  });
});

describe('a watched folder', () => {
  it('is restored as photos arrive, and not again by the next watch command', async () => {
    const top = photos('watched', 'a.png');
    const out = join(folder, 'watched-out');
    const args = ['batch', top, '--watch', '--out-dir', out, ...MODEL];
    const first = start(args);
    await until(() => existsSync(join(out, 'a.deblurred.png')));
    copyFileSync(join(top, 'a.png'), join(top, 'b.png'));
    await until(() => existsSync(join(out, 'b.deblurred.png')));
    first.child.kill('SIGINT');
    expect((await first.ended).code).toBe(0);
    copyFileSync(join(top, 'a.png'), join(top, 'c.png'));
    const second = start(args);
    await until(() => existsSync(join(out, 'c.deblurred.png')));
    second.child.kill('SIGINT');
    await second.ended;
    expect(listing(out)).toEqual(['a.deblurred.png', 'b.deblurred.png', 'c.deblurred.png']);
  });
});

describe('usage', () => {
  it.each([
    [[], /--resume/],
    [['.'], /--out-dir/],
    [['.', '--out-dir', 'x', '--name', 'all'], /\{stem\}/],
    [['.', '--out-dir', 'x', '--name', '{what}'], /\{what\}/],
    [['.', '--resume'], /no photos/],
  ] as const)('%j', async (args, words) => {
    const { child, ended } = start(['batch', ...args]);
    await once(child, 'exit');
    const { code, stderr } = await ended;
    expect([code, stderr]).toEqual([2, expect.stringMatching(words)]);
  });
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await pause(50);
}
