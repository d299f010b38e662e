/** What an ICC profile says about itself: its colours and its name. */

/** `RGB `, `GRAY`, `CMYK` …, null when it is no profile. */
export function iccSpace(icc: Uint8Array): string | null {
  const bytes = Buffer.from(icc.buffer, icc.byteOffset, icc.byteLength);
  return bytes.length < 132 || bytes.toString('latin1', 36, 40) !== 'acsp'
    ? null
    : bytes.toString('latin1', 16, 20);
}

/** One of the profile's tags, to the profile's end; null when it has none of this name. */
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
    // A table that points outside of the profile.
    if (!(error instanceof RangeError)) throw error;
  }
  return null;
}

/** The profile's description, in its first language; null when it has none. */
export function iccName(icc: Uint8Array): string | null {
  const tag = iccTag(icc, 'desc');
  try {
    return tag === null ? null : textOf(tag);
  } catch (error) {
    // A name that is cut off.
    if (!(error instanceof RangeError)) throw error;
  }
  return null;
}

/** Version 4 has UTF-16 in several languages, version 2 plain ASCII. */
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
