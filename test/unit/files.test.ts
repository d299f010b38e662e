/** References, folders, roots and names of files. */
import {
  chmodSync,
  mkdirSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { FileReferences } from '../../src/main/app/files.js';
import { readFolder } from '../../src/main/app/folder.js';
import { RecentFiles } from '../../src/main/app/recents.js';
import { findRoots, isInside } from '../../src/main/app/roots.js';
import { safeName } from '../../src/shared/contracts/file-name.js';
import { FileRef } from '../../src/shared/protocol/ids.js';
import { temporaryFolder } from './photos.js';

const never = new AbortController().signal;

afterEach(() => {
  vi.unstubAllEnvs();
});

/** `pictures` is the root, `outside` is a folder beside it. */
function tree(): { pictures: string; outside: string; files: FileReferences } {
  const folder = realpathSync(temporaryFolder());
  const pictures = join(folder, 'pictures');
  const outside = join(folder, 'outside');
  for (const path of [join(pictures, 'trip', 'day 2'), outside])
    mkdirSync(path, { recursive: true });
  for (const path of ['a.jpg', 'A2.TIFF', 'a10.png', 'b.webp', 'c.avif', 'd.txt', 'e']) {
    writeFileSync(join(pictures, path), 'x');
  }
  writeFileSync(join(outside, 'o.jpg'), 'x');
  const files = new FileReferences(() => Promise.resolve([{ name: 'Pictures', path: pictures }]));
  return { pictures, outside, files };
}

async function names(files: FileReferences, ref: string): Promise<string[]> {
  return (await files.list(never, ref)).entries.map(({ name }) => name);
}

async function rootOf(files: FileReferences): Promise<string> {
  return (await files.list(never, null)).entries[0]!.ref;
}

describe('a folder', () => {
  it('lists readable photos and folders in natural order', async () => {
    const { files, pictures } = tree();
    mkdirSync(join(pictures, '.git'));
    mkdirSync(join(pictures, 'folder.jpg'));
    writeFileSync(join(pictures, '.a.jpg'), 'x');
    const listing = await files.list(never, await rootOf(files));
    expect(listing.entries.map(({ name, kind }) => `${kind} ${name}`)).toEqual([
      'folder folder.jpg',
      'folder trip',
      'photo a.jpg',
      'photo A2.TIFF',
      'photo a10.png',
      'photo b.webp',
      'photo c.avif',
    ]);
    const [folder, , photo] = listing.entries;
    expect(folder!.bytes).toBeNull();
    expect(photo!.bytes).toBe(1);
    expect(Math.abs(photo!.modified! - Date.now())).toBeLessThan(60_000);
    for (const { ref } of listing.entries) expect(FileRef.safeParse(ref).success).toBe(true);
  });

  it.skipIf(process.platform === 'win32')(
    'lists a pipe with the name of a photo, so that opening it says what it is',
    async () => {
      const { files, pictures } = tree();
      spawnSync('mkfifo', [join(pictures, 'z-pipe.jpg'), join(pictures, 'z-pipe.txt')]);
      const listed = await names(files, await rootOf(files));
      expect(listed.filter((name) => name.startsWith('z-'))).toEqual(['z-pipe.jpg']);
    },
  );

  it('leaves out unreadable entries, broken links and circular links', async () => {
    const { files, pictures } = tree();
    symlinkSync(join(pictures, 'gone.jpg'), join(pictures, 'z-gone.jpg'));
    symlinkSync(join(pictures, 'z-loop.jpg'), join(pictures, 'z-loop.jpg'));
    const listed = await names(files, await rootOf(files));
    expect(listed.filter((name) => name.startsWith('z-'))).toEqual([]);
    expect(listed).toContain('a.jpg');
  });

  it('follows links only inside the roots', async () => {
    const { files, pictures, outside } = tree();
    symlinkSync(outside, join(pictures, 'way-out'));
    symlinkSync(join(outside, 'o.jpg'), join(pictures, 'o.jpg'));
    symlinkSync('/', join(pictures, 'everything'));
    symlinkSync(join(pictures, 'trip'), join(pictures, 'same-trip'));
    symlinkSync(join(pictures, 'a.jpg'), join(pictures, 'same.jpg'));
    const root = await rootOf(files);
    const { entries } = await files.list(never, root);
    const listed = entries.map(({ name }) => name);
    for (const name of ['way-out', 'o.jpg', 'everything']) expect(listed).not.toContain(name);
    expect(listed).toContain('same.jpg');
    const linked = entries.find(({ name }) => name === 'same-trip')!;
    const inside = await files.list(never, linked.ref);
    expect(inside.trail.map(({ name }) => name)).toEqual(['Pictures', 'trip']);
    expect(inside.entries.map(({ name }) => name)).toEqual(['day 2']);
  });

  it('is refused if it became a link after it was listed', async () => {
    const { files, pictures, outside } = tree();
    const { entries } = await files.list(never, await rootOf(files));
    const trip = entries.find(({ name }) => name === 'trip')!;
    const photo = entries.find(({ name }) => name === 'a.jpg')!;
    rmSync(join(pictures, 'trip'), { recursive: true });
    symlinkSync(outside, join(pictures, 'trip'));
    rmSync(join(pictures, 'a.jpg'));
    symlinkSync(join(outside, 'o.jpg'), join(pictures, 'a.jpg'));
    await expect(files.list(never, trip.ref)).rejects.toMatchObject({ code: 'file-unreadable' });
    await expect(files.resolve(trip.ref)).rejects.toMatchObject({ code: 'file-unreadable' });
    await expect(files.resolve(photo.ref)).rejects.toMatchObject({ code: 'file-unreadable' });
  });

  it('is an error with a code if it is gone, is a photo or was cancelled', async () => {
    const { files, pictures } = tree();
    const { entries } = await files.list(never, await rootOf(files));
    const trip = entries.find(({ name }) => name === 'trip')!;
    const photo = entries.find(({ name }) => name === 'a.jpg')!;
    renameSync(join(pictures, 'trip'), join(pictures, 'moved'));
    await expect(files.list(never, trip.ref)).rejects.toMatchObject({ code: 'file-missing' });
    await expect(files.list(never, photo.ref)).rejects.toMatchObject({ code: 'file-unreadable' });
    const stopped = files.list(AbortSignal.abort(), await rootOf(files));
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
  });

  it.skipIf(process.getuid?.() !== 0)(
    'of another user is listed and is an error when it is opened',
    async () => {
      const { files, pictures } = tree();
      // Root can read everything.
      for (const path of [dirname(pictures), pictures]) chmodSync(path, 0o755);
      chmodSync(join(pictures, 'trip'), 0o700);
      mkdirSync(join(pictures, 'locked', 'in'), { recursive: true });
      symlinkSync(join(pictures, 'locked', 'in'), join(pictures, 'through'));
      chmodSync(join(pictures, 'locked'), 0o700);
      process.seteuid?.(65534);
      try {
        const { entries } = await files.list(never, await rootOf(files));
        const listed = entries.map(({ name }) => name);
        expect(listed).toEqual(expect.arrayContaining(['trip', 'locked', 'a.jpg']));
        expect(listed).not.toContain('through');
        const trip = entries.find(({ name }) => name === 'trip')!;
        await expect(files.list(never, trip.ref)).rejects.toMatchObject({
          code: 'file-unreadable',
        });
      } finally {
        process.seteuid?.(0);
      }
    },
  );

  it('does not read what its caller does not allow', async () => {
    const { pictures } = tree();
    const asked: string[] = [];
    const found = await readFolder(never, pictures, (real) => {
      asked.push(real);
      return false;
    });
    expect(found).toEqual([]);
    expect(asked).toContain(join(pictures, 'a.jpg'));
  });
});

describe('a reference', () => {
  it('is the same for the same file, differs between runs, and resolves to its path', async () => {
    const { files, pictures } = tree();
    const first = await files.list(never, await rootOf(files));
    const second = await files.list(never, await rootOf(files));
    expect(second).toEqual(first);
    const photo = first.entries.find(({ name }) => name === 'a.jpg')!;
    expect(await files.resolve(photo.ref)).toBe(join(pictures, 'a.jpg'));
    const other = new FileReferences(() => Promise.resolve([{ name: 'P', path: pictures }]));
    expect(await rootOf(other)).not.toBe(await rootOf(files));
    await expect(other.resolve(photo.ref)).rejects.toMatchObject({ code: 'file-missing' });
  });

  it('is given to chosen files anywhere and to the content of chosen folders', async () => {
    const { files, outside } = tree();
    const photo = await files.admit(join(outside, 'o.jpg'));
    expect(photo).toMatchObject({ name: 'o.jpg', kind: 'photo', bytes: 1 });
    expect(await files.resolve(photo.ref)).toBe(join(outside, 'o.jpg'));
    const folder = await files.admit(outside);
    const listing = await files.list(never, folder.ref);
    expect(listing.trail.map(({ name }) => name)).toEqual(['outside']);
    expect(await files.resolve(listing.entries[0]!.ref)).toBe(join(outside, 'o.jpg'));
    expect((await files.list(never, null)).entries.map(({ name }) => name)).toEqual(['Pictures']);
    const missing = files.admit(join(outside, 'none.jpg'));
    await expect(missing).rejects.toMatchObject({ code: 'file-missing' });
  });
});

describe('roots', () => {
  it('are the named folders, pictures and home, without repeats', async () => {
    const home = realpathSync(temporaryFolder());
    const pictures = join(home, 'Bilder');
    mkdirSync(join(home, '.config'), { recursive: true });
    mkdirSync(pictures);
    writeFileSync(join(home, '.config', 'user-dirs.dirs'), 'XDG_PICTURES_DIR="$HOME/Bilder"\n');
    vi.stubEnv('HOME', home);
    vi.stubEnv('XDG_CONFIG_HOME', join(home, '.config'));
    const named = join(home, 'named');
    mkdirSync(named);
    symlinkSync(named, join(home, 'again'));
    const roots = await findRoots([named, join(home, 'again'), join(home, 'missing')]);
    expect(roots.slice(0, 3)).toEqual([
      { name: 'named', path: named },
      { name: 'Pictures', path: pictures },
      { name: 'Home', path: home },
    ]);
  });

  it('do not contain folders whose names only start alike', () => {
    expect(isInside('/a/b', '/a/b')).toBe(true);
    expect(isInside('/a/b', '/a/b/c')).toBe(true);
    expect(isInside('/a/b', '/a/b/..c')).toBe(true);
    expect(isInside('/a/b', '/a/bc')).toBe(false);
    expect(isInside('/a/b', '/a')).toBe(false);
    expect(isInside('/', '/a')).toBe(true);
  });
});

describe('recent photos', () => {
  it('are listed newest first, without repeats, up to a limit', async () => {
    const path = join(temporaryFolder(), 'data', 'recent.json');
    const recents = new RecentFiles(path);
    expect(await recents.paths()).toEqual([]);
    await Promise.all(Array.from({ length: 25 }, (_, i) => recents.add(`/p/${i}.jpg`)));
    await recents.add('/p/20.jpg');
    const expected = [20, 24, 23, 22, 21, ...Array.from({ length: 15 }, (_, i) => 19 - i)];
    const again = await new RecentFiles(path).paths();
    expect(again).toEqual(expected.map((i) => `/p/${i}.jpg`));
  });

  it('are empty if the file cannot be read', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'recent.json'), '{"files":[{"path":7}]}');
    expect(await new RecentFiles(join(folder, 'recent.json')).paths()).toEqual([]);
    mkdirSync(join(folder, 'folder.json'));
    expect(await new RecentFiles(join(folder, 'folder.json')).paths()).toEqual([]);
  });
});

describe('names from outside', () => {
  it.each([
    ['a.jpg', 'a.jpg'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\photos\\höhe.png', 'höhe.png'],
    ['..', 'photo'],
    ['', 'photo'],
    ['/', 'photo'],
    ['.hidden.jpg', 'hidden.jpg'],
    ['a\u0000b\n.jpg', 'a_b_.jpg'],
    ['a:b*?.jpg', 'a_b__.jpg'],
    ['name. ', 'name'],
    [' .jpg', 'jpg'],
    ['a\ud800.png', 'a_.png'],
    ['CON.jpg', '_CON.jpg'],
    ['nul', '_nul'],
    ['com¹.png', '_com¹.png'],
  ])('%j becomes %j', (given, expected) => expect(safeName(given)).toBe(expected));

  it('lose terminal and bidirectional control characters', () => {
    expect(safeName('a\u009b\u202egpj.png')).toBe('a__gpj.png');
  });

  it('are shortened by bytes and keep their extension and whole characters', () => {
    const name = safeName(`${'ü🏔'.repeat(200)}.jpeg`);
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(200);
    expect(Buffer.byteLength(name)).toBeGreaterThan(190);
    expect(name).toMatch(/^(ü|🏔)+\.jpeg$/u);
  });
});
