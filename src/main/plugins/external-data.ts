/**
 * Finds the files that an ONNX model wants to read beside itself. Only the few protobuf fields on the
 * way to them are looked at; weights are skipped over.
 */
import { open, type FileHandle } from 'node:fs/promises';

type Fields = Readonly<Record<number, (range: Range) => Promise<void>>>;

interface Range {
  readonly start: number;
  readonly end: number;
}

const MAX_DEPTH = 24;

export class NotOnnxError extends Error {}

/** Locations as written in the file; empty for a model that holds its own weights. */
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
    return (await this.bytes(start, end - start)).toString('utf8');
  }

  /** Calls a handler for each length-delimited field that has one, skips everything else. */
  private async each({ start, end }: Range, fields: Fields): Promise<void> {
    for (let at = start; at < end;) {
      const tag = await this.varint(at);
      at += tag.size;
      const wire = tag.value & 7;
      if (wire === 0) at += (await this.varint(at)).size;
      else if (wire === 1) at += 8;
      else if (wire === 5) at += 4;
      else if (wire === 2) {
        const length = await this.varint(at);
        at += length.size;
        if (length.value > end - at) throw new NotOnnxError('a field runs past its end');
        await fields[Math.floor(tag.value / 8)]?.({ start: at, end: at + length.value });
        at += length.value;
      } else throw new NotOnnxError('an unknown field type');
      if (at > end) throw new NotOnnxError('a field runs past its end');
    }
  }

  private async varint(at: number): Promise<{ value: number; size: number }> {
    const bytes = await this.bytes(at, 10);
    let value = 0;
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i]!;
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return { value, size: i + 1 };
    }
    throw new NotOnnxError('a number has no end');
  }

  /** Up to `length` bytes at `at`, from a window that moves through the file. */
  private async bytes(at: number, length: number): Promise<Buffer> {
    const inside = at >= this.windowAt && at + length <= this.windowAt + this.window.length;
    if (!inside) {
      const window = Buffer.alloc(Math.max(64 << 10, length));
      const { bytesRead } = await this.file.read(window, 0, window.length, at);
      this.window = window.subarray(0, bytesRead);
      this.windowAt = at;
    }
    return this.window.subarray(at - this.windowAt, at - this.windowAt + length);
  }
}
