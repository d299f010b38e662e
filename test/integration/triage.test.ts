/** Runs `unsmear triage` and `unsmear batch --only-blurred` with the built program. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { beforeAll, describe, expect, it } from 'vitest';
import type { BatchDocument } from '../../src/main/batch/report.js';
import type { TriageRow } from '../../src/main/app/triage/report.js';
import { makeSmeared } from '../unit/smeared.js';
import { commandLine, listing } from './command.js';

const { folder, unsmear } = await commandLine('soft');
const photos = join(folder, 'photos');

beforeAll(async () => {
  mkdirSync(join(photos, 'day 1'), { recursive: true });
  await makeSmeared(photos, 'still.jpg', 1);
  await makeSmeared(join(photos, 'day 1'), 'moved.jpg', 12);
  writeFileSync(join(photos, 'broken.jpg'), 'no photo');
});

describe('unsmear triage', () => {
  it('reports every photo, most blurred first, with maps and a file', async () => {
    const [maps, report] = [join(folder, 'maps'), join(folder, 'report.csv')];
    const args = ['photos', '--recursive', '--maps-dir', maps, '--report', report, '--json'];
    const { code, stdout, stderr } = await unsmear('triage', ...args);
    expect(code).toBe(3);
    const rows = JSON.parse(stdout) as TriageRow[];
    expect(rows.map(({ input }) => input)).toEqual(
      ['day 1/moved.jpg', 'still.jpg', 'broken.jpg'].map((name) => join(photos, name)),
    );
    const [moved, still, broken] = rows;
    expect(moved).toMatchObject({ blurred: true, by: 'network', error: null });
    expect(moved!.map!.scores).toHaveLength(moved!.map!.columns * moved!.map!.rows);
    expect(still).toMatchObject({ blurred: false });
    expect(broken).toMatchObject({ score: null, error: { code: 'image-broken' } });
    expect(stderr).toContain('1 blurred, 1 sharp, 1 failed.');
    expect(existsSync(join(maps, 'day 1/moved.jpg.blur.png'))).toBe(true);
    expect(existsSync(join(maps, 'still.jpg.blur.png'))).toBe(true);
    const lines: Record<string, string>[] = parse(readFileSync(report), {
      columns: true,
      bom: true,
    });
    expect(lines.map(({ verdict }) => verdict)).toEqual(['blurred', 'sharp', '']);
  });

  it('prints only the paths of blurred photos for other programs', async () => {
    const { code, stdout } = await unsmear(
      'triage',
      'photos/**/*.jpg',
      '--only-blurred',
      '--print0',
    );
    expect(code).toBe(3);
    expect(stdout).toBe('photos/day 1/moved.jpg\0');
    const all = await unsmear('triage', 'photos/still.jpg', '--only-blurred', '--threshold', '0');
    expect(all).toMatchObject({ code: 0, stdout: 'photos/still.jpg\n' });
  });

  it('explains unusable inputs', async () => {
    expect(await unsmear('triage')).toMatchObject({ code: 2 });
    expect(await unsmear('triage', 'photos', '--threshold', '2')).toMatchObject({ code: 2 });
    const nothing = await unsmear('triage', 'nowhere.jpg');
    expect(nothing).toMatchObject({ code: 4, stdout: '' });
    expect(nothing.stderr).toContain('nowhere.jpg does not exist');
  });
});

describe('unsmear batch --only-blurred', () => {
  it('skips sharp photos with the reason', async () => {
    const out = join(folder, 'restored');
    const args = ['photos/still.jpg', 'photos/day 1', '--out-dir', out, '--model', 'tiny-soft'];
    const { code, stdout } = await unsmear('batch', ...args, '--only-blurred', '--json');
    expect(code).toBe(0);
    const { done, skipped, leftAlone } = JSON.parse(stdout) as BatchDocument;
    expect({ done, skipped }).toEqual({ done: 1, skipped: 1 });
    expect(leftAlone).toEqual([
      { input: join(photos, 'still.jpg'), output: null, because: 'sharp' },
    ]);
    expect(listing(out)).toEqual(['moved.deblurred.jpg']);
    const words = await unsmear('batch', 'photos/still.jpg', '--out-dir', out, '--only-blurred=1');
    expect(words.stdout).toBe('photos/still.jpg: left alone, it is sharp\n');
  });
});
