/** Reads the colour space, tags and name of an ICC profile. */

/** Returns `RGB `, `GRAY`, `CMYK` …; `null` if the bytes are not a profile. */
export function iccSpace(icc: Uint8Array): string | null {
  const bytes = Buffer.from(icc.buffer, icc.byteOffset, icc.byteLength);
  return bytes.length < 132 || bytes.toString('latin1', 36, 40) !== 'acsp'
    ? null
    : bytes.toString('latin1', 16, 20);
}

/** Returns a tag's bytes up to the profile's end; `null` if the profile has none of this name. */
export function iccTag(icc: Uint8Array, name: string): Buffer | null {
  if (iccSpace(icc) === null) return null;
  const bytes = Buffer.from(icc.buffer, icc.byteOffset, icc.byteLength);
  try {
    const count = Math.min(100, bytes.readUInt32BE(128));
    for (let i = 0; i < count; i++) {
      const at = 132 + i * 12;
      if (bytes.toString('latin1', at, at + 4) !== name) continue;
      return bytes.subarray(bytes.readUInt32BE(at + 4));
    }
  } catch (error) {
    // The table points outside of the profile.
    if (!(error instanceof RangeError)) throw error;
  }
  return null;
}

/** Returns the profile's description in its first language; `null` without one. */
export function iccName(icc: Uint8Array): string | null {
  const tag = iccTag(icc, 'desc');
  try {
    return tag === null ? null : textOf(tag);
  } catch (error) {
    // The name is truncated.
    if (!(error instanceof RangeError)) throw error;
  }
  return null;
}

/** Decodes a text: version 4 has UTF-16 in several languages, version 2 ASCII. */
function textOf(tag: Buffer): string | null {
  let text: string;
  if (tag.toString('latin1', 0, 4) === 'mluc') {
    const start = tag.readUInt32BE(24);
    const raw = Buffer.from(tag.subarray(start, start + (tag.readUInt32BE(20) & ~1)));
    text = raw.swap16().toString('utf16le');
  } else {
    text = tag.toString('latin1', 12, 12 + tag.readUInt32BE(8));
  }
  const name = (text.split('\0', 1)[0] ?? '').trim();
  return name === '' ? null : name;
}
