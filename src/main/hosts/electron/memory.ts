/** What the desktop host keeps from one start to the next: the window's place, and where photos were chosen. */
import { join } from 'node:path';
import { z } from 'zod';
import { readJsonFile, writeJsonFile } from '../../storage/json-file.js';
import { dataFolder } from '../../storage/places.js';
import { Placement } from './placement.js';

const Document = z.object({
  window: Placement.nullable().catch(null),
  photoFolder: z.string().nullable().catch(null),
  exportFolder: z.string().nullable().catch(null),
});
type Document = z.infer<typeof Document>;

export class DesktopMemory {
  private queue: Promise<unknown> = Promise.resolve();

  private document: Document = Document.parse({});

  constructor(private readonly path = join(dataFolder(), 'desktop.json')) {}

  /** Never rejects: without what was kept everything has its usual place. */
  async load(): Promise<void> {
    const read = (document: unknown) => Document.safeParse(document).data ?? null;
    this.document = (await readJsonFile(this.path, read).catch(() => null)) ?? this.document;
  }

  get kept(): Document {
    return this.document;
  }

  /** Resolves when it is on the disk, or cannot be. */
  keep(changes: Partial<Document>): Promise<void> {
    this.document = { ...this.document, ...changes };
    const written = this.queue.then(() => writeJsonFile(this.path, this.document));
    const done = written.catch(() => undefined);
    this.queue = done;
    return done;
  }
}
