/** Builds ICC profiles with known curves and primaries. */

type Xy = readonly [number, number];

/** D50, the white of every profile. */
const WHITE = [0.9642, 1, 0.8249] as const;
/** Bradford adaptation from D65 to D50. */
const ADAPT = [
  [1.0478112, 0.0228866, -0.050127],
  [0.0295424, 0.9904844, -0.0170491],
  [-0.0092345, 0.0150436, 0.7521316],
] as const;

export function curvTag(values: readonly number[]): Buffer {
  const tag = Buffer.alloc(12 + 2 * values.length);
  tag.write('curv');
  tag.writeUInt32BE(values.length, 8);
  values.forEach((value, i) => tag.writeUInt16BE(value, 12 + 2 * i));
  return tag;
}

export function paraTag(form: number, values: readonly number[]): Buffer {
  const tag = Buffer.alloc(12 + 4 * values.length);
  tag.write('para');
  tag.writeUInt16BE(form, 8);
  values.forEach((value, i) => tag.writeInt32BE(Math.round(value * 65536), 12 + 4 * i));
  return tag;
}

export function grayProfile(curve: Buffer, connection: 'XYZ ' | 'Lab ' = 'XYZ '): Buffer {
  return profile('GRAY', connection, [
    ['desc', description('Some grey')],
    ['wtpt', xyzTag(WHITE)],
    ['kTRC', curve],
  ]);
}

/** Chromaticities of primaries under D65. */
export function rgbProfile(
  name: string,
  { red, green, blue }: { readonly red: Xy; readonly green: Xy; readonly blue: Xy },
  gamma: number,
): Buffer {
  const curve = curvTag([Math.round(gamma * 256)]);
  const [r, g, b] = colourants(red, green, blue);
  return profile('RGB ', 'XYZ ', [
    ['desc', description(name)],
    ['wtpt', xyzTag(WHITE)],
    ['rXYZ', xyzTag(r!)],
    ['gXYZ', xyzTag(g!)],
    ['bXYZ', xyzTag(b!)],
    ['rTRC', curve],
    ['gTRC', curve],
    ['bTRC', curve],
  ]);
}

/** Returns the primaries' XYZ under D50, scaled so that they add up to white. */
function colourants(...primaries: readonly Xy[]): number[][] {
  const raw = primaries.map(([x, y]) => adapt([x / y, 1, (1 - x - y) / y]));
  // Gauss-Jordan on [raw | white].
  const rows = [0, 1, 2].map((r) => [...raw.map((column) => column[r]!), WHITE[r]!]);
  for (let p = 0; p < 3; p++) {
    const pivot = rows[p]!.map((value) => value / rows[p]![p]!);
    rows[p] = pivot;
    for (let r = 0; r < 3; r++) {
      if (r === p) continue;
      const factor = rows[r]![p]!;
      rows[r] = rows[r]!.map((value, i) => value - factor * pivot[i]!);
    }
  }
  return raw.map((column, i) => column.map((value) => value * rows[i]![3]!));
}

function adapt(xyz: readonly number[]): number[] {
  return ADAPT.map((row) => row.reduce((sum, factor, i) => sum + factor * xyz[i]!, 0));
}

function xyzTag(xyz: readonly number[]): Buffer {
  const tag = Buffer.alloc(20);
  tag.write('XYZ ');
  xyz.forEach((value, i) => tag.writeInt32BE(Math.round(value * 65536), 8 + 4 * i));
  return tag;
}

/** Returns a text description of version 2: ASCII, and empty fields for other scripts. */
function description(name: string): Buffer {
  const tag = Buffer.alloc(12 + name.length + 1 + 78);
  tag.write('desc');
  tag.writeUInt32BE(name.length + 1, 8);
  tag.write(name, 12, 'latin1');
  return tag;
}

function profile(
  space: string,
  connection: string,
  tags: readonly (readonly [string, Buffer])[],
): Buffer {
  const header = Buffer.alloc(128);
  header.writeUInt32BE(0x02400000, 8);
  header.write('mntr', 12);
  header.write(space, 16);
  header.write(connection, 20);
  [2026, 1, 1].forEach((value, i) => header.writeUInt16BE(value, 24 + 2 * i));
  header.write('acsp', 36);
  xyzTag(WHITE).copy(header, 68, 8);
  const table = Buffer.alloc(4 + 12 * tags.length);
  table.writeUInt32BE(tags.length);
  const bodies: Buffer[] = [];
  let at = header.length + table.length;
  tags.forEach(([name, tag], i) => {
    table.write(name, 4 + 12 * i);
    table.writeUInt32BE(at, 8 + 12 * i);
    table.writeUInt32BE(tag.length, 12 + 12 * i);
    bodies.push(Buffer.concat([tag, Buffer.alloc(-tag.length & 3)]));
    at += bodies[i]!.length;
  });
  header.writeUInt32BE(at);
  return Buffer.concat([header, table, ...bodies]);
}
