/** The photos that were opened last, newest first, over the end of the program. */
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { dataFolder } from '../storage/places.js';
import { readJsonFile, writeJsonFile } from '../storage/json-file.js';

const Document = z.object({
  files: z.array(z.object({ path: z.string().min(1), opened: z.number() })),
});
type Recent = z.infer<typeof Document>['files'][number];

const KEPT = 20;

export class RecentFiles {
  private queue: Promise<unknown> = Promise.resolve();

  constructor(private readonly path = join(dataFolder(), 'recent.json')) {}

  /** Also those that are not there now: a card or a drive may come back. Never rejects. */
  async paths(): Promise<string[]> {
    return (await this.read().catch(() => [])).map(({ path }) => path);
  }

  /** To be called with every photo that was opened, uploads excepted. */
  add(path: string, opened = Date.now()): Promise<void> {
    const absolute = resolve(path);
    const written = this.queue.then(async () => {
      const others = (await this.read()).filter((file) => file.path !== absolute);
      const files = [{ path: absolute, opened }, ...others].slice(0, KEPT);
      await writeJsonFile(this.path, { files });
    });
    this.queue = written.catch(() => undefined);
    return written;
  }

  private async read(): Promise<readonly Recent[]> {
    const read = (document: unknown) => Document.safeParse(document).data ?? null;
    return (await readJsonFile(this.path, read))?.files ?? [];
  }
}
