/** Hostile files are restored with a warning or refused with a reason, in normal time. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { PluginRegistry } from '../../src/main/plugins/registry.js';
import { EditStore } from '../../src/main/storage/edits.js';
import { findPhotos } from '../../src/main/batch/find.js';
import { decodePhoto, encodePhoto, openPhoto, takenAt } from '../../src/main/imaging/index.js';
import { exifOf } from '../../src/main/imaging/metadata/metadata.js';
import { uprightExif } from '../../src/main/imaging/metadata/exif.js';
import { uprightXmp } from '../../src/main/imaging/metadata/xmp.js';
import { safeName } from '../../src/shared/contracts/file-name.js';
import { sniff } from '../../src/main/imaging/codecs/sniff.js';
import * as hostile from './hostile.js';
import { exifBlock, readTags, temporaryFolder } from './photos.js';
import { warningInEnglish } from '../../src/shared/texts/explain.js';

const folder = temporaryFolder();
const onLinux = process.platform !== 'win32';
/** What hangs takes minutes; what does not takes some milliseconds. */
const SOON = { timeout: 10_000 };

function given(name: string, content: Buffer | string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const LOOP = /could not be kept: parts of it point back to themselves/;
const MANY = /could not be kept: it has too many entries/;
const LARGE = /could not be kept: its values are too large/;

describe('metadata', SOON, () => {
  it.each([
    ['50.jpg', () => hostile.jpegWithExif(hostile.loopingExif(50)), LOOP],
    ['2000.jpg', () => hostile.jpegWithExif(hostile.loopingExif(2000)), LOOP],
    ['5000.jpg', () => hostile.jpegWithExif(hostile.loopingExif(5000)), MANY],
    ['20000.webp', () => hostile.webpWith('EXIF', hostile.loopingExif(20_000)), MANY],
    [
      '20000.png',
      () => hostile.pngWith(hostile.pngChunk('eXIf', hostile.loopingExif(20_000))),
      MANY,
    ],
    ['50.tif', () => hostile.loopingTiff(50), LOOP],
    ['900.tif', () => hostile.loopingTiff(900), LOOP],
    ['overlapping.tif', () => hostile.overlappingTiff(300, 1 << 20), LARGE],
  ])('of %s is left out with a warning, and the photo is restored', async (name, make, reason) => {
    const path = given(`loop-${name}`, await make());
    const opened = await openPhoto(path);
    expect(takenAt(exifOf(opened))).toBeNull();
    const photo = await decodePhoto(path);
    expect(photo.info.warnings.map(warningInEnglish)).toEqual([expect.stringMatching(reason)]);
    const out = join(folder, `out-${name}`);
    await encodePhoto(photo, photo.data, { metadata: 'no-gps' }, out);
    const again = await decodePhoto(out);
    expect([again.width, again.height, again.info.warnings]).toEqual([
      photo.width,
      photo.height,
      [],
    ]);
  });

  it('keeps no more of overlapping values than the file has bytes', async () => {
    const file = hostile.overlappingTiff(300, 1 << 20);
    const { info } = await decodePhoto(given('overlapping-size.tif', file));
    expect(info.metadata.exif!.length).toBeLessThan(1.2 * file.length);
  });

  it('keeps the orientation, camera and date beside a loop', async () => {
    const block = exifBlock(6, Buffer.from('thumbnail'));
    // The position's entry, the last of nine, points to the directory that it stands in.
    block.writeUInt32BE(8, 10 + 8 * 12 + 8);
    const path = given('some-loop.jpg', await hostile.jpegWithExif(block));
    const photo = await decodePhoto(path);
    expect([photo.width, photo.height]).toEqual([32, 48]);
    expect(photo.info.warnings.map(warningInEnglish)).toEqual([expect.stringMatching(LOOP)]);
    const out = join(folder, 'some-loop-out.jpg');
    await encodePhoto(photo, photo.data, {}, out);
    expect(await readTags(out)).toMatchObject({
      make: 'Unsmear Optics',
      lens: 'Testar 50mm f/1.8',
      orientation: 1,
    });
  });

  it('is erased once where the values of a position overlap', () => {
    const [values, bytes, at] = [1900, 1 << 20, 26];
    const block = Buffer.alloc(at + 2 + values * 12 + 4 + bytes, 0x41);
    block.write('II*\0\x08\0\0\0\x01\0', 'latin1');
    // One entry: the pointer to the position's directory.
    [34853, 4, 1, 0, at, 0, 0, 0].forEach((word, i) => block.writeUInt16LE(word, 10 + 2 * i));
    block.writeUInt16LE(values, at);
    for (let i = 0; i < values; i++) {
      block.writeUInt16LE(7, at + 4 + i * 12);
      block.writeUInt32LE(bytes, at + 6 + i * 12);
      block.writeUInt32LE(block.length - bytes, at + 10 + i * 12);
    }
    const fill = vi.spyOn(Uint8Array.prototype, 'fill');
    const out = uprightExif(new Uint8Array(block), { width: 1, height: 1, keepGps: false });
    const erased = fill.mock.calls.reduce((sum, [, start = 0, end = 0]) => sum + end - start, 0);
    fill.mockRestore();
    expect(Buffer.from(out.subarray(-bytes)).includes(0x41)).toBe(false);
    expect(erased).toBeLessThan(2 * block.length);
  });

  it('is not unpacked: a text of a gigabyte costs as much as its packed form', async () => {
    const path = given('bomb.png', await hostile.pngWith(hostile.textBomb(64 << 20)));
    const { info } = await decodePhoto(path);
    expect(info.metadata.pngText.map(({ length }) => length < 100_000)).toEqual([true]);
  });

  it('ends after as many text chunks as a photo can need', async () => {
    const text = hostile.pngChunk('tEXt', Buffer.from('Comment\0x'));
    const path = given(
      'texts.png',
      await hostile.pngWith(...Array.from({ length: 5000 }, () => text)),
    );
    const { info } = await decodePhoto(path);
    expect(info.warnings.map(warningInEnglish)).toEqual([expect.stringMatching(MANY)]);
    expect(info.metadata.pngText.length).toBeLessThanOrEqual(2000);
  });
});

describe('an XMP packet', SOON, () => {
  it('of a megabyte of spaces is read in one go', async () => {
    const xmp = hostile.spacedXmp(1 << 20);
    const path = given('spaces.webp', await hostile.webpWith('XMP ', xmp));
    const photo = await decodePhoto(path);
    const out = join(folder, 'spaces-out.webp');
    await encodePhoto(photo, photo.data, { metadata: 'no-gps' }, out);
    const kept = (await decodePhoto(out)).info.metadata.xmp;
    expect(xmp.equals(kept!)).toBe(true);
  });

  it.each([
    ['an attribute that does not end', '<a exif:GPSLatitude="'],
    ['elements that do not end', '<exif:GPSLatitude>'],
    ['many names that do not end', '<exif:GPS1><exif:GPS2>'],
    ['tags that do not end', '<a '],
    ['comments that do not end', '<!--'],
    ['thumbnails that do not end', '<xmp:Thumbnails>'],
    ['orientations that do not end', '<tiff:Orientation>    '],
    ['spaces before a sign', '   tiff:Orientation   =   '],
  ])('of a megabyte of %s is read in one go', (_, part) => {
    const xmp = Buffer.from(part.repeat((1 << 20) / part.length));
    for (const keepGps of [true, false]) {
      const read = uprightXmp(xmp, keepGps);
      if (read !== null) expect(Buffer.from(read).toString()).not.toContain('GPSLatitude="52');
    }
  });

  it('that is damaged where the position stands is left out, with a warning', async () => {
    const xmp = Buffer.from('<x:xmpmeta><exif:GPSLatitude>52,30.5N');
    const photo = await decodePhoto(given('cut.webp', await hostile.webpWith('XMP ', xmp)));
    const out = join(folder, 'cut-out.webp');
    const { warnings } = await encodePhoto(photo, photo.data, { metadata: 'no-gps' }, out);
    expect(warnings.map(warningInEnglish)).toEqual([expect.stringMatching(/XMP data .* damaged/)]);
    expect((await decodePhoto(out)).info.metadata.xmp).toBeNull();
  });

  it('of more than eight megabytes is left out, with a warning', async () => {
    const xmp = hostile.spacedXmp(9 << 20);
    const photo = await decodePhoto(given('long.webp', await hostile.webpWith('XMP ', xmp)));
    expect(photo.info.metadata.xmp).toBeNull();
    expect(photo.info.warnings.map(warningInEnglish)).toEqual([expect.stringMatching(LARGE)]);
  });
});

describe('names and first bytes', SOON, () => {
  it('of a million dots are a name', () => {
    expect(safeName(`${'.'.repeat(1_000_000)}a`)).toBe('a');
  });

  it('of an SVG are recognised behind a declaration and a comment', () => {
    const svg = '\xef\xbb\xbf <?xml version="1.0"?>\n<!-- a -->\n<svg xmlns="x"/>';
    expect(sniff(Buffer.from(svg, 'latin1'), 'a.svg')).toEqual({
      kind: 'other',
      content: 'svg',
    });
    expect(sniff(Buffer.from('<!-- a -->\n<html>'), 'a.svg')).toEqual({ kind: 'unknown' });
  });
});

describe.runIf(onLinux)('what is not a file', SOON, () => {
  const special = join(folder, 'special');
  mkdirSync(special);
  hostile.makePipe(join(special, 'pipe.jpg'));
  hostile.makePipe(join(special, 'a.png.unsmear.json'));
  symlinkSync('/dev/zero', join(special, 'zero.tif'));
  const socket = hostile.makeSocket(join(special, 'socket.png'));
  afterAll(async () => void (await socket).close());

  it.each([
    ['pipe.jpg', 'pipe'],
    ['socket.png', 'socket'],
    ['zero.tif', 'device'],
  ])('%s is refused at once', async (name, reason) => {
    await socket;
    await expect(decodePhoto(join(special, name))).rejects.toMatchObject({
      code: 'file-unreadable',
      params: { reason, name },
    });
  });

  it('is found in a folder all the same, so that each is refused by name', async () => {
    await socket;
    const { photos } = await findPhotos(new AbortController().signal, [special], {
      ...{ recursive: true, order: 'name', except: null, masks: null, results: new Map() },
    });
    expect(photos.map(({ input }) => input.slice(special.length + 1))).toEqual([
      'pipe.jpg',
      'socket.png',
      'zero.tif',
    ]);
  });

  it('beside a photo is no edit, and is told', async () => {
    const file = { path: join(special, 'a.png'), hash: 'ab'.repeat(32), hasFolder: true };
    const kept = await new EditStore(join(folder, 'data')).load(file);
    expect(kept).toMatchObject({
      edit: null,
      editFrom: 'sidecar',
      editProblem: { params: { reason: 'pipe', name: 'a.png.unsmear.json' } },
    });
  });

  it('is no manifest: the plug-in is disabled', async () => {
    const plugins = join(folder, 'plugins');
    mkdirSync(join(plugins, 'piped'), { recursive: true });
    hostile.makePipe(join(plugins, 'piped', 'plugin.json'));
    const places = [{ source: 'installed' as const, folder: plugins }];
    const [found] = await new PluginRegistry(() => places).list();
    expect(found).toMatchObject({
      state: 'disabled',
      reason: { params: { problem: { params: { reason: 'pipe', name: 'plugin.json' } } } },
    });
  });
});

describe('a sidecar', SOON, () => {
  const path = join(folder, 'edited.png');
  const file = { path, hash: 'ab'.repeat(32), hasFolder: true };

  it.each([
    ['lists in lists', '[', ']'],
    ['objects in objects', '{"a":', '1}'],
  ])('of a million %s is told, and not touched', async (_, open, close) => {
    const text = open.repeat(1_000_000) + close.repeat(1_000_000);
    writeFileSync(`${path}.unsmear.json`, text);
    const { edit, editProblem } = await new EditStore(join(folder, 'data')).load(file);
    expect(edit).toBeNull();
    expect(editProblem).toMatchObject({ code: 'edit-invalid', params: { reason: 'too-deep' } });
  });

  it('of more than 32 MB is told', async () => {
    writeFileSync(`${path}.unsmear.json`, `"${' '.repeat(33 << 20)}"`);
    const { editProblem } = await new EditStore(join(folder, 'data')).load(file);
    expect(editProblem?.params).toEqual({ reason: 'too-large', megabytes: 32 });
  });

  it('with brackets in its texts is read', async () => {
    const document = { ...(JSON.parse(hostile.sidecarOf([])) as object), a: '[{"\\'.repeat(500) };
    writeFileSync(`${path}.unsmear.json`, JSON.stringify(document));
    const { edit } = await new EditStore(join(folder, 'data')).load(file);
    expect(edit).toEqual(document);
  });
});
