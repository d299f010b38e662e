/** The photos that were opened last, newest first; saved for the next start. */
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { dataFolder } from '../storage/places.js';
import { JsonDocument } from '../storage/json-document.js';

const Document = z.object({
  files: z.array(z.object({ path: z.string().min(1), opened: z.number() })),
});
const KEPT = 20;

export class RecentFiles {
  private readonly document: JsonDocument<z.infer<typeof Document>>;

  constructor(path = join(dataFolder(), 'recent.json')) {
    const parse = (value: unknown) => Document.safeParse(value).data ?? null;
    this.document = new JsonDocument(path, parse, { files: [] });
  }

  /** Returns missing files too: a card or a drive may be connected again. Never rejects. */
  async paths(): Promise<string[]> {
    const { files } = await this.document.read().catch(() => ({ files: [] }));
    return files.map(({ path }) => path);
  }

  /** Puts a photo that was opened (not an upload) in front. */
  add(path: string, opened = Date.now()): Promise<void> {
    const absolute = resolve(path);
    return this.document.update(({ files }) => {
      const others = files.filter((file) => file.path !== absolute);
      return { files: [{ path: absolute, opened }, ...others].slice(0, KEPT) };
    });
  }
}
