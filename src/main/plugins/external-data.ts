/**
 * Finds the files that an ONNX model reads beside itself. Reads only the few protobuf fields that
 * lead to their names and skips the weights.
 */
import { open, type FileHandle } from 'node:fs/promises';

type Fields = Readonly<Record<number, (range: Range) => Promise<void>>>;

interface Range {
  readonly start: number;
  readonly end: number;
}

const MAX_DEPTH = 24;
const LONGEST_VARINT = 10;
/** Bytes that are parsed at once, which takes about a millisecond. */
const WINDOW = 16 << 10;

export class NotOnnxError extends Error {}

/** Returns the locations as written in the file; empty if the model contains its weights. */
export async function externalDataOf(path: string): Promise<string[]> {
  const file = await open(path, 'r');
  try {
    const walker = new Walker(file);
    await walker.model({ start: 0, end: (await file.stat()).size });
    return [...walker.locations];
  } finally {
    await file.close();
  }
}

class Walker {
  readonly locations = new Set<string>();
  private depth = 0;
  private window = Buffer.alloc(0);
  private windowAt = 0;

  constructor(private readonly file: FileHandle) {}

  model(range: Range): Promise<void> {
    return this.each(range, {
      7: (graph) => this.graph(graph),
      25: (fn) => this.each(fn, { 7: (node) => this.node(node) }),
    });
  }

  private async graph(range: Range): Promise<void> {
    if (++this.depth > MAX_DEPTH) throw new NotOnnxError('graphs nested too deep');
    await this.each(range, {
      1: (node) => this.node(node),
      5: (tensor) => this.tensor(tensor),
      15: (sparse) => this.sparse(sparse),
    });
    this.depth -= 1;
  }

  private node(range: Range): Promise<void> {
    return this.each(range, {
      5: (attribute) =>
        this.each(attribute, {
          5: (tensor) => this.tensor(tensor),
          6: (graph) => this.graph(graph),
          10: (tensor) => this.tensor(tensor),
          11: (graph) => this.graph(graph),
          22: (sparse) => this.sparse(sparse),
          23: (sparse) => this.sparse(sparse),
        }),
    });
  }

  private sparse(range: Range): Promise<void> {
    return this.each(range, {
      1: (tensor) => this.tensor(tensor),
      2: (tensor) => this.tensor(tensor),
    });
  }

  private tensor(range: Range): Promise<void> {
    return this.each(range, { 13: (entry) => this.entry(entry) });
  }

  private async entry(range: Range): Promise<void> {
    let key = '';
    let value = '';
    await this.each(range, {
      1: async (text) => void (key = await this.text(text)),
      2: async (text) => void (value = await this.text(text)),
    });
    if (key === 'location') this.locations.add(value);
  }

  private async text({ start, end }: Range): Promise<string> {
    if (end - start > 4096) throw new NotOnnxError('a name is too long');
    await this.show(start, end - start);
    return this.shown(start, end - start).toString('utf8');
  }

  /**
   * Calls a handler for each length-delimited field that has one and skips the others. Awaits only
   * the file and handlers: a promise per number would block the event loop for a whole window.
   */
  private async each({ start, end }: Range, fields: Fields): Promise<void> {
    for (let at = start; at < end;) {
      if (!this.shows(at, 2 * LONGEST_VARINT)) await this.show(at, 2 * LONGEST_VARINT);
      const tag = this.varint(at);
      at += tag.size;
      const wire = tag.value & 7;
      if (wire === 0) at += this.varint(at).size;
      else if (wire === 1) at += 8;
      else if (wire === 5) at += 4;
      else if (wire === 2) {
        const length = this.varint(at);
        at += length.size;
        if (length.value > end - at) throw new NotOnnxError('a field runs past its end');
        const handler = fields[Math.floor(tag.value / 8)];
        if (handler !== undefined) await handler({ start: at, end: at + length.value });
        at += length.value;
      } else throw new NotOnnxError('an unknown field type');
      if (at > end) throw new NotOnnxError('a field runs past its end');
    }
  }

  private varint(at: number): { value: number; size: number } {
    const bytes = this.shown(at, LONGEST_VARINT);
    let value = 0;
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i]!;
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return { value, size: i + 1 };
    }
    throw new NotOnnxError('a number has no end');
  }

  private shows(at: number, length: number): boolean {
    return at >= this.windowAt && at + length <= this.windowAt + this.window.length;
  }

  /** Moves the window so that it contains these bytes, up to the end of the file. */
  private async show(at: number, length: number): Promise<void> {
    if (this.shows(at, length)) return;
    const window = Buffer.alloc(Math.max(WINDOW, length));
    const { bytesRead } = await this.file.read(window, 0, window.length, at);
    this.window = window.subarray(0, bytesRead);
    this.windowAt = at;
  }

  private shown(at: number, length: number): Buffer {
    return this.window.subarray(at - this.windowAt, at - this.windowAt + length);
  }
}
