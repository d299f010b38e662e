/** Exporting: plan, progress and result. */
import { describe, expect, it } from 'vitest';
import { Exports } from '../../src/renderer/features/export/exports.svelte.js';
import {
  extensionFor,
  outputOf,
  planExport,
  qualityEffect,
  type ExportChoice,
} from '../../src/renderer/features/export/export-plan.js';
import { PhotoState } from '../../src/renderer/editor/photo.svelte.js';
import { ExportState, type ExportJob } from '../../src/renderer/features/export/export.svelte.js';
import type { FileEntry } from '../../src/shared/protocol/calls.js';
import { EVERYWHERE } from '../../src/shared/regions/index.js';
import { completeSettings } from '../../src/shared/contracts/settings.js';
import { Host, opened, settle } from './double.js';

const SETTINGS = completeSettings({});
const CONTEXT = { model: 'net', date: new Date(2026, 10, 21), strength: 0.8, counter: 7 };
const FOLDER: FileEntry = {
  ref: `f-${'a'.repeat(16)}`,
  ...{ name: 'Out', kind: 'folder', bytes: null, modified: null },
};

const exportOf = (host: Host): ExportState =>
  new ExportState(host, new PhotoState(host, opened(), 'f-0000000000000001'));
const choiceOf = (changes: Partial<ExportChoice>): ExportChoice => ({
  ...exportOf(new Host()).choice(SETTINGS),
  ...changes,
});
const plan = (name: string, changes: Partial<ExportChoice>) =>
  planExport({ ...opened(), name }, choiceOf(changes), 'own', CONTEXT);

describe('the plan of an export', () => {
  it.each([
    ['a.jpg', null, 'a.deblurred.jpg'],
    ['a.JPEG', 'jpeg', 'a.deblurred.JPEG'],
    ['a.b.TIF', 'tiff', 'a.b.deblurred.TIF'],
    ['IMG.1234', 'jpeg', 'IMG.1234.deblurred.jpg'],
    ['a.jpg', 'tiff', 'a.deblurred.tif'],
    ['a.jpg', 'png', 'a.deblurred.png'],
  ] as const)('names %s as %s: %s', (photo, format, name) => {
    expect(plan(photo, { format })).toMatchObject({ name, problems: [] });
  });

  it('fills in the naming template', () => {
    const { name } = plan('a.jpg', { namingTemplate: '{date} {stem} {counter:3} {strength}' });
    expect(name).toBe('2026-11-21 a 007 80.jpg');
  });

  it.each([
    ['', 'empty'],
    ['{what}', 'unknown-placeholder'],
    ['a/b', 'separator'],
    ['{stem', 'brace'],
  ])('reports the problem of the template %j: %s', (namingTemplate, code) => {
    expect(plan('a.jpg', { namingTemplate })).toMatchObject({ name: null, problems: [code] });
  });

  it("refuses the photo's own name only if it would be overwritten", () => {
    const same = { namingTemplate: '{stem}', onExist: 'overwrite' } as const;
    expect(plan('a.jpg', same).problems).toEqual(['same']);
    expect(plan('a.jpg', { ...same, onExist: 'rename' }).problems).toEqual([]);
    expect(planExport(opened(), choiceOf(same), FOLDER, CONTEXT).problems).toEqual([]);
  });

  it('falls back to JPEG or PNG for formats that cannot be written', () => {
    const planned = (name: string, own: string) => {
      const made = planExport({ ...opened(), name, format: own }, choiceOf({}), 'own', CONTEXT);
      return [made.format, made.name];
    };
    expect(planned('a.heic', 'heic')).toEqual(['jpeg', 'a.deblurred.jpg']);
    expect(planned('a.bmp', 'bmp')).toEqual(['png', 'a.deblurred.png']);
    expect(extensionFor('a.heic', 'png')).toBe('.png');
  });

  it("converts to the options of the host's call", () => {
    const choice = choiceOf({ quality: 80 });
    const jpeg = { format: 'jpeg', name: 'a.jpg', problems: [] } as const;
    expect(outputOf(jpeg, choice, 'own')).toMatchObject({ folder: null, quality: 80 });
    expect(outputOf(jpeg, choice, FOLDER).folder).toBe(FOLDER.ref);
    expect(outputOf(jpeg, choice, 'download').folder).toBe('download');
    expect(outputOf({ ...jpeg, format: 'png' }, choice, 'own').quality).toBeNull();
  });

  it('rates lower qualities as worse', () => {
    const words = [100, 92, 80, 60, 1].map(qualityEffect);
    expect(new Set(words).size).toBe(5);
  });
});

describe('the destination of exports', () => {
  it("is the photo's folder, a download for uploads, or the last chosen folder", () => {
    const places = new Exports(new Host());
    const [copy, other] = [{ hasFolder: false }, { hasFolder: true }];
    expect([places.placeOf(copy), places.placeOf(other)]).toEqual(['download', 'own']);
    places.choose(FOLDER);
    expect(places.placeOf(copy)).toBe(FOLDER);
  });
});

describe('an export', () => {
  const job: ExportJob = {
    ...{ result: 'r-00000001', stage: 0, strength: 1, regions: EVERYWHERE },
    output: {
      ...{ folder: null, name: 'a.png', format: 'png', quality: null },
      ...{ depth: null, metadata: 'all', onExist: 'error' },
    },
  };

  it('reports progress, never backwards, and its completion', async () => {
    const host = new Host();
    const sheet = exportOf(host);
    const running = sheet.run(job, 'own');
    expect([sheet.phase, sheet.done]).toEqual(['running', null]);
    sheet.progress(0.5);
    sheet.progress(0.25);
    expect(sheet.done).toBe(0.5);
    const report = { name: 'a.png', file: null, download: null, bytes: 1, warnings: [] };
    await host.of('exportPhoto')[0]!.answer(report);
    expect(await running).toBe(true);
    expect([sheet.phase, sheet.report]).toEqual(['done', report]);
  });

  it('returns to the form when cancelled and shows its error when failed', async () => {
    const host = new Host();
    const sheet = exportOf(host);
    const cancelled = sheet.run(job, 'own');
    sheet.cancel();
    expect(await cancelled).toBe(false);
    expect([sheet.phase, sheet.error]).toEqual(['form', null]);
    const failed = sheet.run(job, 'own');
    await settle();
    await host.of('exportPhoto')[1]!.refuse({ code: 'disk-full', params: { reason: 'unnamed' } });
    expect(await failed).toBe(false);
    expect([sheet.phase, sheet.error?.code]).toEqual(['failed', 'disk-full']);
  });

  it('starts with the last used settings, except those chosen for this photo', () => {
    const sheet = exportOf(new Host());
    sheet.choose({ quality: 70 });
    const settings = { ...SETTINGS, format: 'tiff', quality: 95 } as const;
    expect(sheet.choice(settings)).toMatchObject({ format: 'tiff', quality: 70 });
  });
});
