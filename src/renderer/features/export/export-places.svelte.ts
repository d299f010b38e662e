/** Where exports go in this session: chosen once, used for every photo until another place is chosen. */
import type { FileEntry, OpenedPhoto } from '../../../shared/protocol/calls.js';
import type { ExportPlace } from './export-plan.js';

export class ExportPlaces {
  wanted = $state.raw<ExportPlace>('own');
  /** The folder that was chosen last. */
  folder = $state.raw<FileEntry | null>(null);
  /** For `{counter}`: the number of the next export. */
  counter = $state(1);

  choose(folder: FileEntry): void {
    this.folder = folder;
    this.wanted = folder;
  }

  /** Where a photo goes. */
  of({ hasFolder }: Pick<OpenedPhoto, 'hasFolder'>): ExportPlace {
    return this.wanted === 'own' && !hasFolder ? 'download' : this.wanted;
  }
}
