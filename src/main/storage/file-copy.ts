/** Copies bytes between open files without holding a file in memory. */
import type { FileHandle } from 'node:fs/promises';

const BLOCK = 1 << 20;

export async function readExactly(
  file: FileHandle,
  offset: number,
  length: number,
): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, length - done, offset + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes.subarray(0, done);
}

export async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, null);
    done += bytesWritten;
  }
}

/** Copies from `offset` to the end of `from`, at the writing position of `to`. */
export async function copyRest(from: FileHandle, offset: number, to: FileHandle): Promise<void> {
  for (let at = offset; ;) {
    const block = await readExactly(from, at, BLOCK);
    if (block.length === 0) return;
    await writeAll(to, block);
    at += block.length;
  }
}
