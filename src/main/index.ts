/** Entry of the desktop program. A second instance passes its photos to the first and exits. */
import { app, dialog } from 'electron';
import { join, resolve } from 'node:path';
import { toErrorData } from '../shared/core/errors.js';
import { explain } from '../shared/texts/explain.js';
import { programVersion } from './storage/places.js';
import { ElectronHost } from './hosts/electron/host.js';
import { photosOf } from './hosts/electron/arguments.js';
import { logFault } from './hosts/services.js';
import { dataFolder } from './storage/places.js';

/** Same as in electron-builder.yml: Windows finds the icon and the list of recent photos by it. */
const APP_ID = 'io.github.unsmear';

const version = programVersion();
const program = app.isPackaged ? null : resolve(app.getAppPath());
const photos = photosOf(process.argv, { cwd: process.cwd(), program });

app.setName('Unsmear');
app.setAppUserModelId(APP_ID);
app.setAboutPanelOptions({ applicationName: 'Unsmear', applicationVersion: version });
// Within the data folder, so that each data folder has an instance of its own.
app.setPath('userData', join(dataFolder(), 'desktop'));

if (app.requestSingleInstanceLock({ photos })) {
  // Not awaited: Electron becomes ready only after this module has been evaluated.
  new ElectronHost({ version, photos }).start().catch((error: unknown) => {
    logFault('start', error);
    dialog.showErrorBox('Unsmear', explain(toErrorData(error), 'editor', 'en').message);
    app.exit(1);
  });
} else {
  app.quit();
}
