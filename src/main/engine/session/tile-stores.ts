/** The stores of the open photos. A file that is open twice, in two windows or after a reload, has one store. */
import { UnsmearError } from '../../../shared/core/errors.js';
import { TileStore } from './tile-store.js';

interface Shared {
  readonly store: TileStore;
  readonly signature: string;
  users: number;
}

export class TileStores {
  private readonly byFolder = new Map<string, Shared>();

  /** `signature` names the photo that the tiles were made for. */
  take(folder: string, signature: string): TileStore {
    const known = this.byFolder.get(folder);
    if (known === undefined) {
      const store = TileStore.open(folder, signature);
      this.byFolder.set(folder, { store, signature, users: 1 });
      return store;
    }
    if (known.signature !== signature) throw photoChanged();
    known.users++;
    return known.store;
  }

  give(folder: string): void {
    const known = this.byFolder.get(folder);
    if (known === undefined || --known.users > 0) return;
    this.byFolder.delete(folder);
    known.store.close();
  }
}

/** Of another content the finished tiles would be wrong. */
export function photoChanged(): UnsmearError {
  return new UnsmearError('file-unreadable', 'The photo was changed since it was opened.', {
    hint: 'Close it and open it again.',
  });
}
