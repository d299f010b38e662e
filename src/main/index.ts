/** Entry of the desktop program: the first start is the host, later ones pass it their photos. */
import { app, dialog } from 'electron';
import { join, resolve } from 'node:path';
import { toErrorData } from '../shared/core/errors.js';
import { explain } from '../shared/texts/explain.js';
import { programVersion } from './storage/places.js';
import { ElectronHost } from './hosts/electron/host.js';
import { photosOf } from './hosts/electron/arguments.js';
import { logFault } from './hosts/services.js';
import { dataFolder } from './storage/places.js';

/** As in electron-builder.yml: Windows finds the program's own icon and list of photos by it. */
const APP_ID = 'io.github.unsmear';

const version = programVersion();
const program = app.isPackaged ? null : resolve(app.getAppPath());
const photos = photosOf(process.argv, { cwd: process.cwd(), program });

app.setName('Unsmear');
app.setAppUserModelId(APP_ID);
app.setAboutPanelOptions({ applicationName: 'Unsmear', applicationVersion: version });
// Beside everything else of ours, and one instance for each data folder.
app.setPath('userData', join(dataFolder(), 'desktop'));

if (app.requestSingleInstanceLock({ photos })) {
  // Not awaited: the application is not ready before this module has run to its end.
  new ElectronHost({ version, photos }).start().catch((error: unknown) => {
    logFault('start', error);
    dialog.showErrorBox('Unsmear', explain(toErrorData(error), 'editor', 'en').message);
    app.exit(1);
  });
} else {
  app.quit();
}
