/** Calls that only the desktop host serves: system dialogs, the window and its menus. */
import type { OpenDialogOptions, OpenDialogReturnValue } from 'electron';
import { dirname } from 'node:path';
import type { DesktopTexts, Menus } from '../../../shared/protocol/menus.js';
import type { FileEntry } from '../../../shared/protocol/calls.js';
import { READABLE_EXTENSIONS } from '../../imaging/codecs/sniff.js';
import type { FileReferences } from '../../app/files.js';
import type { AppCalls } from '../../app/service.js';
import type { DesktopMemory } from './memory.js';

export interface Desktop {
  /** Shows a dialog, attached to the window if it is open. */
  readonly ask: (options: OpenDialogOptions) => Promise<OpenDialogReturnValue>;
  readonly closeWindow: () => void;
  readonly showMenus: (menus: Menus) => void;
  readonly texts: () => DesktopTexts;
}

type DesktopCalls = Pick<AppCalls, 'pickPhotos' | 'pickFolder' | 'closeWindow' | 'showMenus'>;

/** Remembers the chosen folders, because system dialogs always start in the downloads. */
export function desktopCalls(
  desktop: Desktop,
  files: FileReferences,
  memory: DesktopMemory,
): DesktopCalls {
  return {
    pickPhotos: async () => {
      const { openPhotos, photos, allFiles } = desktop.texts();
      const { canceled, filePaths } = await desktop.ask({
        title: openPhotos,
        properties: ['openFile', 'multiSelections'],
        filters: [
          { name: photos, extensions: [...READABLE_EXTENSIONS] },
          { name: allFiles, extensions: ['*'] },
        ],
        ...startingAt(memory.kept.photoFolder),
      });
      const [first] = filePaths;
      if (canceled || first === undefined) return [];
      void memory.keep({ photoFolder: dirname(first) });
      const entries: FileEntry[] = [];
      for (const path of filePaths) entries.push(await files.admit(path));
      return entries;
    },
    pickFolder: async () => {
      const { canceled, filePaths } = await desktop.ask({
        title: desktop.texts().chooseFolder,
        properties: ['openDirectory', 'createDirectory'],
        ...startingAt(memory.kept.exportFolder ?? memory.kept.photoFolder),
      });
      const [path] = filePaths;
      if (canceled || path === undefined) return null;
      void memory.keep({ exportFolder: path });
      return files.admit(path);
    },
    closeWindow: () => {
      desktop.closeWindow();
      return Promise.resolve(null);
    },
    showMenus: (_, menus) => {
      desktop.showMenus(menus);
      return Promise.resolve(null);
    },
  };
}

function startingAt(folder: string | null): Pick<OpenDialogOptions, 'defaultPath'> {
  return folder === null ? {} : { defaultPath: folder };
}
