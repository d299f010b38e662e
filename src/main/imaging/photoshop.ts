/** Photoshop image resources (they carry IPTC captions): all of them, less the embedded thumbnails. */
const THUMBNAILS: readonly number[] = [1033, 1036];
const SIGNATURE = 'Photoshop 3.0\0';

/** Input and output without the signature that JPEG puts in front. Unreadable tails are left out. */
export function withoutThumbnails(source: Uint8Array): Uint8Array {
  const bytes = Buffer.from(source.buffer, source.byteOffset, source.byteLength);
  const kept: Buffer[] = [];
  let at = bytes.toString('latin1', 0, SIGNATURE.length) === SIGNATURE ? SIGNATURE.length : 0;
  while (at + 12 <= bytes.length && bytes.toString('latin1', at, at + 4) === '8BIM') {
    const id = bytes.readUInt16BE(at + 4);
    const nameLength = 1 + bytes.readUInt8(at + 6);
    const sizeAt = at + 6 + nameLength + (nameLength % 2);
    if (sizeAt + 4 > bytes.length) break;
    const size = bytes.readUInt32BE(sizeAt);
    const end = sizeAt + 4 + size + (size % 2);
    if (sizeAt + 4 + size > bytes.length) break;
    if (!THUMBNAILS.includes(id)) kept.push(bytes.subarray(at, end));
    at = end;
  }
  return Buffer.concat(kept);
}

export function withSignature(resources: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(SIGNATURE, 'latin1'), resources]);
}
