/** Reads and writes Photoshop image resources, in which JPEG files carry IPTC captions. */
import { ReadBudget } from './read-budget.js';

const IPTC = 1028;
const THUMBNAILS: readonly number[] = [1033, 1036];
const SIGNATURE = 'Photoshop 3.0\0';
/** First byte of an IPTC record; TIFF files hold the record without resources around it. */
const RECORD_MARK = 0x1c;

interface Resource {
  readonly id: number;
  readonly whole: Buffer;
  readonly content: Buffer;
}

/**
 * Returns the resources without the embedded thumbnails, which would stay blurred. Accepts blocks
 * with the signature of a JPEG segment, and bare IPTC records. `budget` limits the bytes read.
 */
export function cleanResources(source: Uint8Array, budget: ReadBudget): Uint8Array {
  if (!budget.takeBytes(source.length)) return new Uint8Array(0);
  if (source[0] === RECORD_MARK) return resource(IPTC, source);
  const kept = resourcesOf(source, budget).filter(({ id }) => !THUMBNAILS.includes(id));
  return Buffer.concat(kept.map(({ whole }) => whole));
}

/** Returns the bare IPTC record among resources. */
export function iptcRecord(resources: Uint8Array): Uint8Array | null {
  return (
    resourcesOf(resources, new ReadBudget(resources.length)).find(({ id }) => id === IPTC)
      ?.content ?? null
  );
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

/** Reads resources up to the first one that is cut off or that the budget refuses. */
function resourcesOf(source: Uint8Array, budget: ReadBudget): Resource[] {
  const bytes = Buffer.from(source.buffer, source.byteOffset, source.byteLength);
  const found: Resource[] = [];
  let at = bytes.toString('latin1', 0, SIGNATURE.length) === SIGNATURE ? SIGNATURE.length : 0;
  while (at + 12 <= bytes.length && bytes.toString('latin1', at, at + 4) === '8BIM') {
    const nameLength = 1 + bytes.readUInt8(at + 6);
    const sizeAt = at + 6 + nameLength + (nameLength % 2);
    if (sizeAt + 4 > bytes.length) break;
    const size = bytes.readUInt32BE(sizeAt);
    const start = sizeAt + 4;
    if (start + size > bytes.length || !budget.takeEntries(1)) break;
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
