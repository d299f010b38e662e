/** Photoshop image resources, in which JPEG files carry IPTC captions. */

const IPTC = 1028;
const THUMBNAILS: readonly number[] = [1033, 1036];
const SIGNATURE = 'Photoshop 3.0\0';
/** First byte of an IPTC record, which TIFF files hold without resources around it. */
const RECORD_MARK = 0x1c;

interface Resource {
  readonly id: number;
  readonly whole: Buffer;
  readonly content: Buffer;
}

/**
 * The resources of a photo, less the embedded thumbnails, which would stay blurred. Takes what readers
 * hand over: with or without JPEG's signature in front, or a bare IPTC record.
 */
export function cleanResources(source: Uint8Array): Uint8Array {
  if (source[0] === RECORD_MARK) return resource(IPTC, source);
  const kept = resourcesOf(source).filter(({ id }) => !THUMBNAILS.includes(id));
  return Buffer.concat(kept.map(({ whole }) => whole));
}

/** The bare IPTC record among resources. */
export function iptcRecord(resources: Uint8Array): Uint8Array | null {
  return resourcesOf(resources).find(({ id }) => id === IPTC)?.content ?? null;
}

export function withSignature(resources: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(SIGNATURE, 'latin1'), resources]);
}

export function resource(id: number, content: Uint8Array): Buffer {
  const head = Buffer.from('8BIM\0\0\0\0\0\0\0\0', 'latin1');
  head.writeUInt16BE(id, 4);
  head.writeUInt32BE(content.length, 8);
  return Buffer.concat([head, content, Buffer.alloc(content.length % 2)]);
}

/** Ends at the first resource that is cut off. */
function resourcesOf(source: Uint8Array): Resource[] {
  const bytes = Buffer.from(source.buffer, source.byteOffset, source.byteLength);
  const found: Resource[] = [];
  let at = bytes.toString('latin1', 0, SIGNATURE.length) === SIGNATURE ? SIGNATURE.length : 0;
  while (at + 12 <= bytes.length && bytes.toString('latin1', at, at + 4) === '8BIM') {
    const nameLength = 1 + bytes.readUInt8(at + 6);
    const sizeAt = at + 6 + nameLength + (nameLength % 2);
    if (sizeAt + 4 > bytes.length) break;
    const size = bytes.readUInt32BE(sizeAt);
    const start = sizeAt + 4;
    if (start + size > bytes.length) break;
    const end = Math.min(bytes.length, start + size + (size % 2));
    found.push({
      id: bytes.readUInt16BE(at + 4),
      whole: bytes.subarray(at, end),
      content: bytes.subarray(start, start + size),
    });
    at = end;
  }
  return found;
}
