/** State that the desktop host restores at its next start: window position and last folders. */
import { join } from 'node:path';
import { z } from 'zod';
import { SerialQueue } from '../../../shared/core/serial-queue.js';
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
  private readonly queue = new SerialQueue();
  private document: Document = Document.parse({});

  constructor(private readonly path = join(dataFolder(), 'desktop.json')) {}

  /** Loads the saved state, or the defaults if that fails. Never rejects. */
  async load(): Promise<void> {
    const read = (document: unknown) => Document.safeParse(document).data ?? null;
    this.document = (await readJsonFile(this.path, read).catch(() => null)) ?? this.document;
  }

  get kept(): Document {
    return this.document;
  }

  /** Resolves when the changes are saved or saving has failed. */
  keep(changes: Partial<Document>): Promise<void> {
    this.document = { ...this.document, ...changes };
    const write = () => writeJsonFile(this.path, this.document);
    return this.queue.run(write).catch(() => undefined);
  }
}
