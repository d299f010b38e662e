/** Photos, or a folder, that the user chooses: in the system's dialog, or from a list of folders where the host has none. */
import type { AppInfo, FileEntry } from '../../shared/protocol/calls.js';
import type { Api } from '../host/api.js';

export type Choosable = 'photos' | 'folder';

export class FileChooser {
  readonly #api: Api;
  readonly #host: (signal: AbortSignal) => Promise<AppInfo>;
  /** What is to be chosen from the list of folders, and where the choice goes; null: nothing is. */
  listed = $state.raw<{
    readonly what: Choosable;
    readonly choose: (chosen: readonly FileEntry[]) => void;
  } | null>(null);

  constructor(api: Api, host: (signal: AbortSignal) => Promise<AppInfo>) {
    this.#api = api;
    this.#host = host;
  }

  /** Empty: nothing was chosen. Rejects as the host's dialogs do. */
  async choose(signal: AbortSignal, what: Choosable): Promise<readonly FileEntry[]> {
    const { chooser } = await this.#host(signal);
    if (chooser === 'folders') return this.#fromList(what);
    if (what === 'photos') return this.#api.call(signal, 'pickPhotos', {});
    const folder = await this.#api.call(signal, 'pickFolder', {});
    return folder === null ? [] : [folder];
  }

  #fromList(what: Choosable): Promise<readonly FileEntry[]> {
    this.listed?.choose([]);
    return new Promise((resolve) => {
      const choose = (chosen: readonly FileEntry[]): void => {
        this.listed = null;
        resolve(chosen);
      };
      this.listed = { what, choose };
    });
  }
}
