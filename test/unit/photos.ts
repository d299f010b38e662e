/** Generates photos with camera metadata: EXIF by hand, ICC and XMP through sharp. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ExifReader from 'exifreader';
import sharp, { type Sharp } from 'sharp';
import { afterAll, onTestFinished, TestRunner } from 'vitest';

/** Makes a folder that is removed after the test that calls this, or after the test file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'unsmear-test-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  if (TestRunner.getCurrentTest() === undefined) afterAll(remove);
  else onTestFinished(remove);
  return folder;
}

export const WIDTH = 48;
export const HEIGHT = 32;

/** Returns a picture: red grows to the right, green downwards, blue is a checkerboard. */
export function pattern(width = WIDTH, height = HEIGHT): Uint8Array {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 3) {
      data[at] = Math.round((x / (width - 1)) * 250);
      data[at + 1] = Math.round((y / (height - 1)) * 250);
      data[at + 2] = (x + y) % 2 === 0 ? 40 : 200;
    }
  }
  return data;
}

export function rawImage(
  data: Uint8Array,
  width = WIDTH,
  height = HEIGHT,
  channels: 1 | 2 | 3 | 4 = 3,
): Sharp {
  return sharp(data, { raw: { width, height, channels } });
}

export const XMP = `<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:tiff="http://ns.adobe.com/tiff/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" tiff:Orientation="6" exif:GPSLatitude="47,22.5N" xmp:Rating="4"/></rdf:RDF></x:xmpmeta><?xpacket end="w"?>`;

type Value = readonly [tag: number, type: number, count: number, data: Buffer];

/** Returns a big-endian EXIF block with a maker's note, a position and a thumbnail. */
export function exifBlock(orientation: number, thumbnail: Buffer): Buffer {
  const ascii = (tag: number, text: string): Value => [
    tag,
    2,
    text.length + 1,
    Buffer.from(`${text}\0`),
  ];
  const short = (tag: number, value: number): Value => {
    const data = Buffer.alloc(2);
    data.writeUInt16BE(value);
    return [tag, 3, 1, data];
  };
  const long = (tag: number, value: number): Value => {
    const data = Buffer.alloc(4);
    data.writeUInt32BE(value);
    return [tag, 4, 1, data];
  };
  const rationals = (tag: number, ...values: number[]): Value => {
    const data = Buffer.alloc(values.length * 8);
    values.forEach((value, i) => {
      data.writeUInt32BE(Math.round(value * 100), i * 8);
      data.writeUInt32BE(100, i * 8 + 4);
    });
    return [tag, 5, values.length, data];
  };
  const ifd = (values: readonly Value[], base: number, next: number): Buffer => {
    const table = Buffer.alloc(2 + values.length * 12 + 4);
    table.writeUInt16BE(values.length);
    const tail: Buffer[] = [];
    let end = base + table.length;
    values.forEach(([tag, type, count, data], i) => {
      const at = 2 + i * 12;
      table.writeUInt16BE(tag, at);
      table.writeUInt16BE(type, at + 2);
      table.writeUInt32BE(count, at + 4);
      if (data.length <= 4) data.copy(table, at + 8);
      else {
        table.writeUInt32BE(end, at + 8);
        const even = Buffer.concat([data, Buffer.alloc(data.length % 2)]);
        tail.push(even);
        end += even.length;
      }
    });
    table.writeUInt32BE(next, table.length - 4);
    return Buffer.concat([table, ...tail]);
  };
  const gps = (base: number): Buffer =>
    ifd([ascii(1, 'N'), rationals(2, 47, 22, 30), ascii(3, 'E'), rationals(4, 8, 32, 12)], base, 0);
  const exif = (base: number): Buffer =>
    ifd(
      [
        rationals(33434, 0.2),
        ascii(36867, '2026:05:01 20:15:00'),
        [37500, 7, 24, Buffer.from('MAKERNOTE-with-some-data')],
        long(40962, 9999),
        long(40963, 8888),
        ascii(42036, 'Testar 50mm f/1.8'),
      ],
      base,
      0,
    );
  const root = (exifAt: number, gpsAt: number, next: number): Buffer =>
    ifd(
      [
        ascii(271, 'Unsmear Optics'),
        ascii(272, 'Model T'),
        short(274, orientation),
        rationals(282, 240),
        rationals(283, 240),
        short(296, 2),
        ascii(33432, 'Somebody'),
        long(34665, exifAt),
        long(34853, gpsAt),
      ],
      8,
      next,
    );
  const exifAt = 8 + root(0, 0, 0).length;
  const gpsAt = exifAt + exif(exifAt).length;
  const nextAt = gpsAt + gps(gpsAt).length;
  const second = (at: number): Buffer =>
    ifd([short(259, 6), long(513, at), long(514, thumbnail.length)], nextAt, 0);
  const thumbnailAt = nextAt + second(0).length;
  const head = Buffer.from([0x4d, 0x4d, 0, 42, 0, 0, 0, 8]);
  return Buffer.concat([
    head,
    root(exifAt, gpsAt, nextAt),
    exif(exifAt),
    gps(gpsAt),
    second(thumbnailAt),
    thumbnail,
  ]);
}

/** Returns a phone's JPEG: P3 profile, EXIF with thumbnail, XMP, 240 dpi. */
export async function cameraJpeg(
  folder: string,
  orientation = 1,
  name = 'camera.jpg',
): Promise<string> {
  const thumbnail = await rawImage(pattern()).resize(16).jpeg().toBuffer();
  const jpeg = await rawImage(pattern())
    .withIccProfile('p3')
    .withXmp(XMP)
    .withDensity(240)
    .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
    .toBuffer();
  const block = Buffer.concat([Buffer.from('Exif\0\0'), exifBlock(orientation, thumbnail)]);
  const head = Buffer.from([0xff, 0xe1, 0, 0]);
  head.writeUInt16BE(block.length + 2, 2);
  const path = join(folder, name);
  writeFileSync(path, Buffer.concat([jpeg.subarray(0, 2), head, block, jpeg.subarray(2)]));
  return path;
}

/** Returns a JPEG with an IPTC caption and a thumbnail in its Photoshop resources. */
export async function captionedJpeg(folder: string, caption: string): Promise<string> {
  const resource = (id: number, content: Buffer): Buffer => {
    const head = Buffer.from('8BIM\0\0\0\0\0\0\0\0', 'latin1');
    head.writeUInt16BE(id, 4);
    head.writeUInt32BE(content.length, 8);
    return Buffer.concat([head, content, Buffer.alloc(content.length % 2)]);
  };
  const record = Buffer.from([0x1c, 2, 120, 0, caption.length]);
  const block = Buffer.concat([
    Buffer.from('Photoshop 3.0\0'),
    resource(1036, Buffer.from('OLD-THUMBNAIL')),
    resource(1028, Buffer.concat([record, Buffer.from(caption)])),
  ]);
  const head = Buffer.from([0xff, 0xed, 0, 0]);
  head.writeUInt16BE(block.length + 2, 2);
  const jpeg = await rawImage(pattern()).jpeg().toBuffer();
  const path = join(folder, 'captioned.jpg');
  writeFileSync(path, Buffer.concat([jpeg.subarray(0, 2), head, block, jpeg.subarray(2)]));
  return path;
}

/** Returns the tags that an independent reader finds. */
export async function readTags(path: string): Promise<Record<string, unknown>> {
  const groups = await ExifReader.load(path, { expanded: true, includeUnknown: true });
  const tag = (group: object | undefined, name: string): unknown =>
    (group as Record<string, { description?: unknown } | undefined> | undefined)?.[name]
      ?.description;
  return {
    make: tag(groups.exif, 'Make'),
    model: tag(groups.exif, 'Model'),
    copyright: tag(groups.exif, 'Copyright'),
    taken: tag(groups.exif, 'DateTimeOriginal'),
    lens: tag(groups.exif, 'LensModel'),
    exposure: tag(groups.exif, 'ExposureTime'),
    orientation: (groups.exif?.Orientation as { value?: unknown } | undefined)?.value,
    width: tag(groups.exif, 'PixelXDimension'),
    height: tag(groups.exif, 'PixelYDimension'),
    resolution: Number(tag(groups.exif, 'XResolution')),
    makerNote: groups.exif?.MakerNote !== undefined,
    latitude: groups.gps?.Latitude,
    longitude: groups.gps?.Longitude,
    profile: tag(groups.icc, 'ICC Description'),
    rating: tag(groups.xmp, 'Rating'),
    xmpOrientation: (groups.xmp?.Orientation as { value?: unknown } | undefined)?.value,
    xmpGps: groups.xmp?.GPSLatitude !== undefined,
    caption: tag(groups.iptc, 'Caption/Abstract'),
    thumbnail: groups.Thumbnail !== undefined,
  };
}
