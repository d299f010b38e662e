/** A sweep of the system's temporary folder removes only folders of ended processes. */
import {
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { makeScratch, removeScratch, sweepScratch } from '../../src/main/storage/scratch.js';
import { isRoot } from '../integration/command.js';
import { endedPid, leaveScratch, MARKER } from './left-scratch.js';
import { temporaryFolder } from './photos.js';

const DAY = 24 * 60 * 60;

const top = temporaryFolder();
let root = '';
let count = 0;

beforeEach(() => {
  root = join(top, String(++count));
  mkdirSync(root);
});

async function survives(folder: string): Promise<boolean> {
  await sweepScratch(root);
  return existsSync(folder);
}

describe('a sweep of scratch folders', () => {
  it('removes the folder of a process that has ended', async () => {
    expect(await survives(await leaveScratch(root, { pid: endedPid() }))).toBe(false);
  });

  it("keeps the user's own folders, whatever their names", async () => {
    const originals = join(root, 'unsmear-2026-11-26', 'originals');
    mkdirSync(originals, { recursive: true });
    const lookalike = join(root, 'unsmear-2026-backup');
    mkdirSync(lookalike);
    for (const folder of [originals, lookalike]) writeFileSync(join(folder, 'a.jpg'), 'photo');
    await sweepScratch(root);
    expect(existsSync(join(originals, 'a.jpg'))).toBe(true);
    expect(existsSync(join(lookalike, 'a.jpg'))).toBe(true);
  });

  it('keeps folders whose marker is missing, damaged, or names another folder', async () => {
    const folder = await leaveScratch(root, { pid: endedPid() });
    const path = join(folder, MARKER);
    const valid = readFileSync(path, 'utf8');
    for (const content of [
      '',
      '{}',
      valid.replace('4711', '4712'),
      `${valid}${' '.repeat(5000)}`,
    ]) {
      writeFileSync(path, content);
      expect([content.slice(0, 80), await survives(folder)]).toEqual([content.slice(0, 80), true]);
    }
    renameSync(path, `${path}.away`);
    expect(await survives(folder)).toBe(true);
    renameSync(`${path}.away`, path);
    writeFileSync(path, valid);
    expect(await survives(folder)).toBe(false);
  });

  it('keeps an own folder whose name mkdtemp would not choose', async () => {
    const folder = await leaveScratch(root, { pid: endedPid() });
    const renamed = join(root, 'unsmear-4711-restored');
    renameSync(folder, renamed);
    const path = join(renamed, MARKER);
    const marker = readFileSync(path, 'utf8').replace(basename(folder), basename(renamed));
    writeFileSync(path, marker);
    expect(await survives(renamed)).toBe(true);
  });

  it('keeps a folder that is in use', async () => {
    const folder = await makeScratch(root);
    expect(await survives(folder)).toBe(true);
    await removeScratch(folder);
    expect(existsSync(folder)).toBe(false);
  });

  it.runIf(process.platform === 'linux')(
    'removes the folder of a process whose number another process has now',
    async () => {
      expect(await survives(await leaveScratch(root, { pid: process.pid, start: '1' }))).toBe(
        false,
      );
    },
  );

  it('keeps the folder of an invisible container for a week', async () => {
    const folder = await leaveScratch(root, { pid: endedPid(), space: 'another container' });
    const path = join(folder, MARKER);
    const touched = (daysAgo: number) => {
      const time = Date.now() / 1000 - daysAgo * DAY;
      utimesSync(path, time, time);
    };
    touched(6);
    expect(await survives(folder)).toBe(true);
    touched(-400);
    expect(await survives(folder)).toBe(true);
    touched(8);
    expect(await survives(folder)).toBe(false);
  });

  it('keeps a folder whose owner did not record its machine', async () => {
    expect(await survives(await leaveScratch(root, { pid: endedPid(), space: null }))).toBe(true);
  });

  it('does not follow a link with the name of a scratch folder', async () => {
    const target = await leaveScratch(root, { pid: endedPid() });
    const moved = join(top, `moved-${count}`);
    renameSync(target, moved);
    symlinkSync(moved, target, 'junction');
    await sweepScratch(root);
    expect(existsSync(join(moved, 'tiles.bin'))).toBe(true);
    expect(statSync(target).isDirectory()).toBe(true);
  });

  it('does not follow links inside a folder that it removes', async () => {
    const folder = await leaveScratch(root, { pid: endedPid() });
    const precious = join(top, `precious-${count}`);
    mkdirSync(precious);
    writeFileSync(join(precious, 'a.jpg'), 'photo');
    symlinkSync(precious, join(folder, 'link'), 'junction');
    expect(await survives(folder)).toBe(false);
    expect(existsSync(join(precious, 'a.jpg'))).toBe(true);
  });

  it.runIf(isRoot)(
    "keeps another user's folders and folders with another user's marker",
    async () => {
      const folder = await leaveScratch(root, { pid: endedPid() });
      chownSync(folder, 65534, 65534);
      expect(await survives(folder)).toBe(true);
      chownSync(folder, 0, 0);
      chownSync(join(folder, MARKER), 65534, 65534);
      expect(await survives(folder)).toBe(true);
      chownSync(join(folder, MARKER), 0, 0);
      expect(await survives(folder)).toBe(false);
    },
  );
});
