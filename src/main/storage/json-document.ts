/** A small JSON file that several callers change. */
import { SerialQueue } from '../../shared/core/serial-queue.js';
import { readJsonFile, writeJsonFile } from './json-file.js';

export class JsonDocument<T> {
  private readonly queue = new SerialQueue();

  constructor(
    private readonly path: string,
    /** Returns `null` for content that is not valid. */
    private readonly parse: (value: unknown) => T | null,
    /** Content of a file that does not exist yet. */
    private readonly initial: T,
  ) {}

  /** Rejects if the file exists but cannot be read. */
  async read(): Promise<T> {
    return (await readJsonFile(this.path, this.parse)) ?? this.initial;
  }

  /** Reads, changes and writes the document; concurrent updates do not overwrite each other. */
  update(change: (document: T) => T): Promise<void> {
    return this.queue.run(async () => {
      await writeJsonFile(this.path, change(await this.read()));
    });
  }
}
