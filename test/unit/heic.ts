/**
 * HEIC files as telephones write them: HEVC-coded stills in boxes, laid out here by hand. The
 * stills were coded once by x265:
 *
 *   ffmpeg -f rawvideo -pix_fmt rgb24 -s 64x64 -i half.rgb \
 *     -vf scale=out_color_matrix=bt601:out_range=full -pix_fmt yuv420p -c:v libx265 \
 *     -x265-params keyint=1:info=0:repeat-headers=1:range=full:colormatrix=smpte170m:crf=12 \
 *     -f hevc half.hevc
 *   ffmpeg -f rawvideo -pix_fmt yuv420p10le -s 64x64 -color_range pc -i ramp.yuv \
 *     -c:v libx265 -x265-params keyint=1:info=0:repeat-headers=1:range=full:lossless=1 \
 *     -f hevc ramp.hevc
 */

/** Both halves of 128x64 pixels: red is twice the column, green four times the row, blue 128. */
const LEFT = still(
  'AAAAAUABDAH//wQIAAADAJ+oAAADAAAeugJAAAAAAUIBAQQIAAADAJ+oAAADAAAeoCCBBZbqSTK5uBAQMCAAAAMAIA' +
    'AAAwMhAAAAAUQBwXKwIkAAAAEoAa8EeOuZBnz2Fu053jsI2eEnd7zJZZw/o6wTlYbr744EP6diT5PcjwG+EP9x3/e4' +
    '69PLOs7LLR4JZFMMtndWMC/OuiscdXlka1U29FOp+Mar+xeqa4HrBLAkb9q9Z0lzc44lv2jvnvfLQOUe/GTV+sBoIK' +
    'dc8NZw36lIYtsriFS86H0Dc9GBVVNwgUgUOAsJGls0jlr1I9Web9504afc7G4EdcpzUlpLzYRlWSkrW1Ez9+BPqNvL' +
    'hkp7hvkZRKuHI1nRBpJc8KxpxoYXKSU+r8hhpO2Pmp96HPomA05EadmF6pVWRvLCLi59X7DFyoOHVdmT+dhuEIwAow' +
    'Mq3MV7fmwymWYUaOLNQVH+tcrC9q2ftjvWc17AmnqU4Z+dgDaBm8+Pmm8=',
);
const RIGHT = still(
  'AAAAAUABDAH//wQIAAADAJ+oAAADAAAeugJAAAAAAUIBAQQIAAADAJ+oAAADAAAeoCCBBZbqSTK5uBAQMCAAAAMAIA' +
    'AAAwMhAAAAAUQBwXKwIkAAAAEoAa8EeNhauP/C+e8sqA7kHYs5lKuUVjMaOsiuCKo8N9vX9OxJ8nuR4DfB+9F1OWJu' +
    'XUFHS41atXYtHh7WIz90072btCZJ3Gnv3l8b9pX1dgt7lyiQhEyXEd1sZ5EBywVxit8Gs+mRM1QB05Sh8c9f6wGfCT' +
    'rnhrT4/Uu33mmfRbGUa5LWx7xPmvl6pceFlzryc0Aucv6lPb/AwtnvHfADg+6CeiVZIpHEooAMQ5/feJBNvJyaPcOO' +
    'm/f39tywYGCZMs7Ycqw0RtnDyWPeJfLgtm9BnE66pLivveQHLtDVJ5g6Im0pOuMXQo27xe2jUuoE6TA0JA9h7KWXfm' +
    'E/IWmFGoezn1TO/eJCoLLm5mh2PHJobmr5TOSDU8Jr9k/rr8A=',
);
/** 64x64 in ten bits: grey, 500 in the first column, one more in each further one. */
const RAMP = still(
  'AAAAAUABDAH//wQIAAADAJ2oAAADAAD/ugJAAAAAAUIBAQQIAAADAJ2oAAADAAD/oCCBBNlupJMrmwIAAAMAAgAAAw' +
    'AyEAAAAAFEAcFxiRIAAAEoAa8FuBAS/8DN//1HpR9m/1phNY1p4MAUYkUiIfyqNjgAA5VGJv+gAACVsauyqX5edc3C' +
    'CgABB7deaX4AAFahpdEQBhtAACP9ghBAgAAXkZ/vdzjVc3DBBgAAAwA1B6fax0AALi6koVSaAAADAcBx8O7AAAImXU' +
    'qZkuw0EAAAVBVdLMQAAH7DHexBtAAAFeWQQ6hgACgheBsyrwWcqAKKRMoX92xmj2QooA9Crf///5VnFwuH//e/RAAd' +
    'Og8AIBBphEgCaJqP//9+JRf8riwAuZ5cGvRhvcABXxXf/TlO8onvk0ABN2wABU8Hg8wAkAdN/7AgI7qhAAVGMAAqeD' +
    'xHEAc+cx7kzMz1VrEgFRWAAKnh5/6AHmIXYOZugJVoAKIqAAVPEKsQAehiU8GelrK0APlwJtLeWU+AATsbb9/tuwiT' +
    'g0AGWuEAHYhC5zAERcf9zlZRlHAFiTDIGFRtSAASAZf7pblZjV5AAVQ6IANpBw/SAF6GJv0LjH4wAEeigAEgAsH3AD' +
    'IToNqNFVYwAFLZbAH1xYT7AJWrX1IpzBRoART3sAfXFZPsAlauPYyrMxGgBOcwACQAbVBgDaUHWdVZqo2SSQ==',
);

const TILE = 64;
export const GRID = { width: 120, height: 60 } as const;

export interface HeicOptions {
  /** Quarter turns against the clock that a viewer is to make. */
  readonly turns?: number;
  readonly icc?: Uint8Array;
  /** Primaries and transfer, as numbers of H.273. */
  readonly nclx?: readonly [primaries: number, transfer: number];
  readonly exif?: Uint8Array;
  readonly xmp?: string;
}

/** Two tiles in a grid that is cut to `GRID`, as telephones do, which code tiles of 512 pixels. */
export function tiledHeic(options: HeicOptions = {}): Buffer {
  const grid = Buffer.concat([Buffer.from([0, 0, 0, 1]), u16(GRID.width), u16(GRID.height)]);
  const tile = (nals: readonly Buffer[]): Item => ({
    ...{ type: 'hvc1', data: codedIn(nals), ...sized(nals, TILE, TILE, 8) },
  });
  const main: Item = {
    ...{ type: 'grid', data: grid, properties: [size(GRID.width, GRID.height)] },
    refers: ['dimg', [2, 3]],
  };
  return heicFile([main, tile(LEFT), tile(RIGHT)], options);
}

/** 64x64 pixels in ten bits. */
export function deepHeic(options: HeicOptions = {}): Buffer {
  const main = { type: 'hvc1', data: codedIn(RAMP), ...sized(RAMP, TILE, TILE, 10) };
  return heicFile([main], options);
}

interface Item {
  readonly type: string;
  readonly data: Buffer;
  readonly properties?: readonly Buffer[];
  readonly refers?: readonly [kind: string, to: readonly number[]];
  /** Of `mime` items. */
  readonly content?: string;
}

/** Items are numbered from 1; the first is the photo. */
function heicFile(pictures: readonly Item[], options: HeicOptions): Buffer {
  const [main, ...others] = pictures;
  const items: Item[] = [{ ...main!, properties: [...main!.properties!, ...shown(options)] }];
  items.push(...others);
  const about = ['cdsc', [1]] as const;
  // In front of it stands where in the block its header begins.
  if (options.exif) {
    items.push({ type: 'Exif', data: Buffer.concat([u32(0), options.exif]), refers: about });
  }
  if (options.xmp !== undefined) {
    const content = 'application/rdf+xml';
    items.push({ type: 'mime', data: Buffer.from(options.xmp), content, refers: about });
  }
  const ftyp = box('ftyp', latin1('heic'), u32(0), latin1('mif1heic'));
  const from = ftyp.length + metaBox(items, 0).length + 8;
  return Buffer.concat([ftyp, metaBox(items, from), box('mdat', ...items.map(({ data }) => data))]);
}

/** How the photo is to be shown. */
function shown({ turns, icc, nclx }: HeicOptions): Buffer[] {
  const properties: Buffer[] = [];
  if (icc) properties.push(box('colr', latin1('prof'), icc));
  if (nclx) {
    const [primaries, transfer] = nclx;
    properties.push(
      box('colr', latin1('nclx'), u16(primaries), u16(transfer), u16(6), Buffer.from([0x80])),
    );
  }
  if (turns !== undefined) properties.push(box('irot', Buffer.from([turns])));
  return properties;
}

/** `from`: where the items' data begins in the file. */
function metaBox(items: readonly Item[], from: number): Buffer {
  let at = from;
  const places = items.map(({ data }, i) => {
    const place = Buffer.concat([u16(i + 1), u16(0), u16(1), u32(at), u32(data.length)]);
    at += data.length;
    return place;
  });
  const entries = items.map(({ type, content }, i) => {
    const hidden = i > 0 && type === 'hvc1' ? 1 : 0;
    const mime = content === undefined ? [] : [latin1(`${content}\0`)];
    return full('infe', 2, hidden, u16(i + 1), u16(0), latin1(`${type}\0`), ...mime);
  });
  const references = items.flatMap(({ refers }, i) => {
    if (refers === undefined) return [];
    const [kind, to] = refers;
    return [box(kind, u16(i + 1), u16(to.length), ...to.map(u16))];
  });
  return full(
    ...(['meta', 0, 0] as const),
    full('hdlr', 0, 0, u32(0), latin1('pict'), Buffer.alloc(13)),
    full('pitm', 0, 0, u16(1)),
    full('iloc', 0, 0, Buffer.from([0x44, 0x00]), u16(items.length), ...places),
    full('iinf', 0, 0, u16(items.length), ...entries),
    ...(references.length > 0 ? [full('iref', 0, 0, ...references)] : []),
    propertiesBox(items),
  );
}

function propertiesBox(items: readonly Item[]): Buffer {
  const all: Buffer[] = [];
  const uses = items.flatMap(({ properties }, i) => {
    if (properties === undefined) return [];
    const numbers = properties.map((property) => {
      all.push(property);
      // The highest bit marks properties that a reader must understand.
      const essential = /hvcC|irot/.test(property.toString('latin1', 4, 8)) ? 0x80 : 0;
      return essential | all.length;
    });
    return [Buffer.concat([u16(i + 1), Buffer.from([numbers.length, ...numbers])])];
  });
  const association = full('ipma', 0, 0, u32(uses.length), ...uses);
  return box('iprp', box('ipco', ...all), association);
}

function sized(nals: readonly Buffer[], width: number, height: number, bits: number) {
  return { properties: [codingBox(nals, bits), size(width, height)] };
}

function size(width: number, height: number): Buffer {
  return full('ispe', 0, 0, u32(width), u32(height));
}

const VIDEO_SET = 32;
const SEQUENCE_SET = 33;
const PICTURE_SET = 34;
const typeOf = (nal: Buffer): number => (nal[0]! >> 1) & 63;

/** The parameter sets, and what of them is told in front, for 4:2:0. */
function codingBox(nals: readonly Buffer[], bits: number): Buffer {
  const sets = nals.filter((nal) => [VIDEO_SET, SEQUENCE_SET, PICTURE_SET].includes(typeOf(nal)));
  const sequence = withoutEscapes(sets.find((nal) => typeOf(nal) === SEQUENCE_SET)!);
  return box(
    'hvcC',
    Buffer.from([1]),
    // Profile, tier and level.
    sequence.subarray(3, 15),
    u16(0xf000),
    Buffer.from([0xfc, 0xfd, 0xf8 | (bits - 8), 0xf8 | (bits - 8)]),
    u16(0),
    Buffer.from([0x0f, sets.length]),
    ...sets.flatMap((nal) => [Buffer.from([0x80 | typeOf(nal)]), u16(1), u16(nal.length), nal]),
  );
}

/** A 3 after two zeros is only there so that they are not taken for a beginning. */
function withoutEscapes(nal: Buffer): Buffer {
  return Buffer.from(nal.filter((byte, i) => byte !== 3 || nal[i - 1] !== 0 || nal[i - 2] !== 0));
}

/** The picture's own units, each with its length in front. */
function codedIn(nals: readonly Buffer[]): Buffer {
  const coded = nals.filter((nal) => typeOf(nal) < VIDEO_SET);
  return Buffer.concat(coded.flatMap((nal) => [u32(nal.length), nal]));
}

/** Units of a stream, in which 0 0 1 stands in front of each. */
function still(base64: string): Buffer[] {
  const [, ...units] = latin1Text(base64).split('\0\0\x01');
  return units.map((unit) => latin1(unit.replace(/\0+$/, '')));
}

function latin1Text(base64: string): string {
  return Buffer.from(base64, 'base64').toString('latin1');
}

function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

function box(type: string, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([u32(content.length + 8), latin1(type), content]);
}

function full(
  type: string,
  version: number,
  flags: number,
  ...parts: readonly Uint8Array[]
): Buffer {
  return box(type, u32((version << 24) | flags), ...parts);
}

function u16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 255]);
}

function u32(value: number): Buffer {
  return Buffer.concat([u16(value >>> 16), u16(value & 0xffff)]);
}
