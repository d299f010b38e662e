/** Where exports go in this session: chosen once, used for every photo until another place is chosen. */
import { SvelteSet } from 'svelte/reactivity';
import type { FileEntry } from '../../shared/api/calls.js';
import type { FileRef } from '../../shared/api/ids.js';
import type { ExportPlace } from './export-plan.js';

export class ExportPlaces {
  wanted = $state.raw<ExportPlace>('own');
  /** The folder that was chosen last. */
  folder = $state.raw<FileEntry | null>(null);
  /** For `{counter}`: the number of the next export. */
  counter = $state(1);
  /** Photos that the browser sent: the host does not know their folder. */
  readonly #copies = new SvelteSet<FileRef>();

  choose(folder: FileEntry): void {
    this.folder = folder;
    this.wanted = folder;
  }

  noteCopies(files: readonly FileEntry[]): void {
    for (const { ref } of files) this.#copies.add(ref);
  }

  hasOwnFolder(file: FileRef): boolean {
    return !this.#copies.has(file);
  }

  /** Where a photo goes. */
  of(file: FileRef): ExportPlace {
    return this.wanted === 'own' && this.#copies.has(file) ? 'download' : this.wanted;
  }
}
