/** The journal after each step, and after a program that ended between two of them. */
import Database from 'libsql';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BatchSettings } from '../../src/shared/contracts/batch.js';
import type { RestoreReport } from '../../src/shared/contracts/restore.js';
import { Journal, type NewPhoto } from '../../src/main/batch/journal.js';
import { temporaryFolder } from './photos.js';

const settings = BatchSettings.parse({ model: 'tiny', folder: '/out' });
const photo = (name: string, bytes = 1000, modified = 5): NewPhoto => ({
  ...{ input: `/in/${name}`, real: `/in/${name}`, within: '', bytes, modified },
});
const report = (ms: number): RestoreReport =>
  ({
    ms,
    warnings: [{ code: 'transparency-lost', params: {} }],
    input: '/in/a.jpg',
    output: '/out/a.jpg',
  }) as unknown as RestoreReport;

function open(path = join(temporaryFolder(), 'batches.db')): { journal: Journal; path: string } {
  return { journal: Journal.open(path), path };
}

describe('the journal', () => {
  it('returns each photo in order and keeps its result', () => {
    const { journal } = open();
    const id = journal.create(settings, [photo('a.jpg'), photo('b.jpg'), photo('c.jpg')]);
    expect(journal.next(id)).toMatchObject({ number: 1, input: '/in/a.jpg', output: null });
    journal.begin(id, 1, '/out/a.jpg');
    journal.finish(id, 1, {
      ...{ state: 'done', output: '/out/a.jpg', report: report(500), megapixels: 2 },
    });
    journal.finish(id, 2, {
      state: 'failed',
      error: { code: 'image-broken', params: { reason: 'empty', name: 'b.jpg' } },
    });
    journal.finish(id, 3, { state: 'skipped', because: 'exists', output: '/out/c.jpg' });
    expect(journal.next(id)).toBeNull();
    expect(journal.photos(id).map(({ state, output }) => [state, output])).toEqual([
      ['done', '/out/a.jpg'],
      ['failed', null],
      ['skipped', '/out/c.jpg'],
    ]);
    expect(journal.photo(id, 1)).toMatchObject({
      ms: 500,
      megapixels: 2,
      warnings: [{ code: 'transparency-lost' }],
    });
    expect(journal.photo(id, 2)?.error).toEqual({
      code: 'image-broken',
      params: { reason: 'empty', name: 'b.jpg' },
    });
    expect(journal.unfinished()).toEqual([]);
  });

  it('is unchanged after it was opened again at any step', () => {
    const { journal, path } = open();
    const id = journal.create(settings, [photo('a.jpg'), photo('b.jpg')]);
    journal.begin(id, 1, '/out/a-2.jpg', 42);
    // Not closed, as after a kill.
    const again = Journal.open(path);
    expect(again.next(id)).toMatchObject({ number: 1, output: '/out/a-2.jpg', began: 42 });
    expect(again.batch(id).settings).toEqual(settings);
    expect(again.unfinished().map((batch) => batch.id)).toEqual([id]);
  });

  it('returns interrupted photos first', () => {
    const { journal } = open();
    const id = journal.create(
      settings,
      ['a', 'b', 'c'].map((name) => photo(name)),
    );
    journal.begin(id, 2, '/out/b.jpg');
    expect(journal.next(id)?.number).toBe(2);
    journal.finish(id, 2, { state: 'done', output: '/out/b.jpg', report: null, megapixels: 1 });
    expect(journal.next(id)).toMatchObject({ number: 1, output: null, began: null });
  });

  it('retries failed photos only', () => {
    const { journal } = open();
    const id = journal.create(settings, [photo('a.jpg'), photo('b.jpg')]);
    journal.finish(id, 1, {
      state: 'failed',
      error: { code: 'internal', params: { reason: 'hidden' } },
    });
    journal.finish(id, 2, { state: 'done', output: '/out/b', report: null, megapixels: 1 });
    expect(journal.retryFailed(id)).toBe(1);
    expect(journal.counts(id)).toEqual({ waiting: 1, working: 0, done: 1, skipped: 0, failed: 0 });
    expect(journal.photo(id, 1)?.error).toBeNull();
  });

  it('removes photos except the current one, and keeps their numbers', () => {
    const { journal } = open();
    const id = journal.create(
      settings,
      ['a', 'b', 'c'].map((name) => photo(name)),
    );
    journal.begin(id, 1, '/out/a');
    expect(journal.removePhotos(id, [1, 2])).toBe(1);
    expect(journal.photos(id).map(({ number }) => number)).toEqual([1, 3]);
    expect(journal.add(id, [photo('d')])).toBe(1);
    expect(journal.photos(id).map(({ number }) => number)).toEqual([1, 3, 4]);
  });

  it('adds a photo once, and again when it has changed', () => {
    const { journal } = open();
    const id = journal.create(settings, [photo('a.jpg')]);
    expect(journal.add(id, [photo('a.jpg'), photo('b.jpg'), photo('b.jpg')])).toBe(1);
    expect(journal.add(id, [photo('a.jpg', 2000)])).toBe(1);
    expect(journal.counts(id).waiting).toBe(3);
  });

  it('lets one process at a time work on a batch', () => {
    const { journal } = open();
    const id = journal.create(settings, [photo('a.jpg')]);
    const gone = 2 ** 22 + 1; // beyond any process id
    journal.claim(id, process.ppid);
    expect(() => journal.claim(id)).toThrow(/batch-busy/);
    journal.release(id);
    journal.claim(id, gone);
    journal.engineIs(id, process.ppid);
    // The dead owner's engine still runs, so the next run must wait for it.
    expect(journal.claim(id)).toEqual({ engine: process.ppid });
    expect(journal.claim(id)).toEqual({ engine: null });
  });

  it('removes old finished batches', () => {
    const { journal } = open();
    const made = [1, 2, 3].map(() => journal.create(settings, []));
    const open1 = journal.create(settings, [photo('a.jpg')]);
    journal.prune(1);
    expect(journal.batches().map(({ id }) => id)).toEqual([open1, made[2]]);
  });

  it('keeps the network of batches from before its id changed', () => {
    const { journal, path } = open();
    const ids = ['adn', 'radn'].map((model) => journal.create({ ...settings, model }, []));
    journal.close();
    new Database(path).exec('PRAGMA user_version = 1');
    const models = ids.map((id) => Journal.open(path).batch(id).settings.model);
    expect(models).toEqual(['adn-fast', 'radn']);
    const fresh = Journal.open(path).create({ ...settings, model: 'adn' }, []);
    expect(Journal.open(path).batch(fresh).settings.model).toBe('adn');
  });

  it('refuses a file that is not a journal, or of a newer version', () => {
    const { journal, path } = open();
    journal.close();
    const unusable = expect.objectContaining({ code: 'journal-unusable' }) as Error;
    const other = `${path}.other`;
    writeFileSync(other, 'no database '.repeat(100));
    expect(() => Journal.open(other)).toThrow(unusable);
    expect(readFileSync(other, 'utf8')).toMatch(/^no database/);
    new Database(path).exec('PRAGMA user_version = 99');
    expect(() => Journal.open(path)).toThrow(unusable);
  });
});

describe('progress', () => {
  it('estimates the time left from restored megapixels and remaining bytes', () => {
    const { journal } = open();
    const id = journal.create(
      settings,
      ['a', 'b', 'c'].map((name) => photo(name)),
    );
    expect(journal.progress(id)).toMatchObject({
      ...{ bytes: 0, totalBytes: 3000, megapixelsPerSecond: null, secondsLeft: null },
    });
    journal.finish(id, 1, {
      ...{ state: 'done', output: '/out/a', report: report(4000), megapixels: 8 },
    });
    expect(journal.progress(id)).toMatchObject({
      ...{ bytes: 1000, megapixelsPerSecond: 2, secondsLeft: 8 },
    });
  });
});
