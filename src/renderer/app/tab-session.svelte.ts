/** What is open in this tab: loading the page again brings the photos and the panel back. Forgotten with the tab. */
import { z } from 'zod';
import type { FileEntry } from '../../shared/protocol/calls.js';
import { FileRef } from '../../shared/protocol/ids.js';
import type { Photos } from '../editor/photos.svelte.js';
import { PANELS, type ViewState } from '../editor/view.svelte.js';

const KEY = 'unsmear.open';
const Stored = z.object({
  files: z.array(z.object({ ref: FileRef, name: z.string().max(1024) })).max(1000),
  current: FileRef.nullable(),
  panel: z.enum(PANELS).default('restore'),
});
type Stored = z.infer<typeof Stored>;

export type TabStorage = Pick<Storage, 'getItem' | 'setItem'>;

export class TabSession {
  /** What was open before is open again: from now on it is remembered. */
  #resumed = $state(false);
  readonly #storage: TabStorage;
  readonly #photos: Photos;
  readonly #view: Pick<ViewState, 'panel'>;

  constructor(storage: TabStorage, photos: Photos, view: Pick<ViewState, 'panel'>) {
    this.#storage = storage;
    this.#photos = photos;
    this.#view = view;
  }

  /** Opens what was open before the page was loaded again, and shows the panel that was shown. */
  async resume(open: (files: readonly FileEntry[]) => Promise<void>): Promise<void> {
    if (this.#resumed) return;
    const { files, current, panel } = this.#read();
    if (files.length > 0) {
      await open(files.map((file) => ({ ...file, kind: 'photo', bytes: null, modified: null })));
    }
    // A host that was started anew does not know them any more: no failure of the user's.
    for (const { file, error } of this.#photos.openings) {
      if (error?.code === 'file-missing') this.#photos.dismiss(file.ref);
    }
    const shown = this.#photos.list.find(({ file }) => file === current);
    if (shown !== undefined) {
      this.#photos.select(shown.info.photo);
      this.#view.panel = panel;
    }
    this.#resumed = true;
  }

  /** Follows the open photos and the panel when it is called in an effect. */
  remember(): void {
    const files = this.#photos.list.map(({ file, info }) => ({ ref: file, name: info.name }));
    const current = this.#photos.current?.file ?? null;
    const stored: Stored = { files, current, panel: this.#view.panel };
    if (!this.#resumed) return;
    try {
      this.#storage.setItem(KEY, JSON.stringify(stored));
    } catch {
      // A browser without room for it: the photos are among the recent ones.
    }
  }

  #read(): Stored {
    try {
      return Stored.parse(JSON.parse(this.#storage.getItem(KEY) ?? ''));
    } catch {
      return { files: [], current: null, panel: 'restore' };
    }
  }
}
