/** Remembers the open photos and the panel across reloads of this browser tab. */
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
  /** The previous session is restored; from now on changes are stored. */
  #resumed = $state(false);
  readonly #storage: TabStorage;
  readonly #photos: Photos;
  readonly #view: Pick<ViewState, 'panel'>;

  constructor(storage: TabStorage, photos: Photos, view: Pick<ViewState, 'panel'>) {
    this.#storage = storage;
    this.#photos = photos;
    this.#view = view;
  }

  /** Reopens the photos and the panel of the previous page load. */
  async resume(open: (files: readonly FileEntry[]) => Promise<void>): Promise<void> {
    if (this.#resumed) return;
    const { files, current, panel } = this.#read();
    if (files.length > 0) {
      await open(files.map((file) => ({ ...file, kind: 'photo', bytes: null, modified: null })));
    }
    // A restarted host has forgotten these files; the user did nothing wrong.
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

  /** Stores the open photos and the panel; call it in an effect. */
  remember(): void {
    const files = this.#photos.list.map(({ file, info }) => ({ ref: file, name: info.name }));
    const current = this.#photos.current?.file ?? null;
    const stored: Stored = { files, current, panel: this.#view.panel };
    if (!this.#resumed) return;
    try {
      this.#storage.setItem(KEY, JSON.stringify(stored));
    } catch {
      // The browser's storage is full; the photos are still in the recent list.
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
