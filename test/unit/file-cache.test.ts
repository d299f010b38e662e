/** Facts about files are computed once, until the files change. */
import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { FileCache } from '../../src/main/storage/file-cache.js';
import { temporaryFolder } from './photos.js';

const path = join(temporaryFolder(), 'file.txt');
const read = vi.fn((file: string) => readFile(file, 'utf8'));

it('computes once for callers at the same time and later, and again after a write', async () => {
  writeFileSync(path, 'old');
  const cache = new FileCache(read);
  const both = await Promise.all([cache.get(path), cache.get(path)]);
  expect(both.map(({ value }) => value)).toEqual(['old', 'old']);
  await cache.get(path);
  expect(read).toHaveBeenCalledTimes(1);
  writeFileSync(path, 'new');
  expect((await cache.get(path)).value).toBe('new');
});

it('notices a write that restores size and modification time', async () => {
  writeFileSync(path, 'old');
  const time = new Date(2020, 1, 1);
  utimesSync(path, time, time);
  const cache = new FileCache(read);
  await cache.get(path);
  writeFileSync(path, 'new');
  utimesSync(path, time, time);
  expect((await cache.get(path)).value).toBe(readFileSync(path, 'utf8'));
});

it('does not remember errors', async () => {
  const missing = join(temporaryFolder(), 'late.txt');
  const cache = new FileCache(read);
  await expect(cache.get(missing)).rejects.toMatchObject({ code: 'ENOENT' });
  writeFileSync(missing, 'there');
  expect((await cache.get(missing)).value).toBe('there');
});
