/** The services behind a host, with folders of pictures, data and a page. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FileReferences } from '../../src/main/app/files.js';
import { Downloads } from '../../src/main/app/downloads.js';
import { localCalls } from '../../src/main/app/local-calls.js';
import { PluginRegistry } from '../../src/main/plugins/registry.js';
import { PrivateFolder } from '../../src/main/storage/private-folder.js';
import { RecentFiles } from '../../src/main/app/recents.js';
import { systemRevealer } from '../../src/main/app/reveal.js';
import { findRoots } from '../../src/main/app/roots.js';
import { EventHub, type AppCalls } from '../../src/main/app/service.js';
import { SettingsStore } from '../../src/main/app/settings.js';
import { Uploads } from '../../src/main/app/uploads.js';
import { EngineSupervisor } from '../../src/main/engine/supervisor/engine-supervisor.js';
import { rawImage, pattern, temporaryFolder } from '../unit/photos.js';

export interface LocalHost {
  readonly folder: string;
  readonly pictures: string;
  readonly page: string;
  readonly transfers: string;
  readonly files: FileReferences;
  readonly recents: RecentFiles;
  readonly uploads: Uploads;
  readonly downloads: Downloads;
  readonly events: EventHub;
  readonly faults: unknown[];
  readonly service: Partial<AppCalls> & Pick<EventHub, 'onEvent'>;
}

export const UPLOAD_LIMIT = 100_000;

/** `more`: further calls for testing the transport. */
export async function localHost(more: Partial<AppCalls> = {}): Promise<LocalHost> {
  const folder = temporaryFolder();
  const pictures = join(folder, 'pictures');
  const page = join(folder, 'page');
  for (const path of [join(pictures, 'trip'), page]) mkdirSync(path, { recursive: true });
  const jpeg = await rawImage(pattern()).jpeg().toBuffer();
  for (const name of ['b10.jpg', 'b9.jpg', '.hidden.jpg', 'notes.txt', 'trip/c.png']) {
    writeFileSync(join(pictures, name), jpeg);
  }
  writeFileSync(join(page, 'index.html'), '<!doctype html><title>Unsmear</title>');
  writeFileSync(join(page, 'app.js'), 'export {};');
  writeFileSync(join(folder, 'secret.txt'), 'secret');

  const data = join(folder, 'data');
  const transfers = join(data, 'transfers');
  const files = new FileReferences(async () => {
    const roots = await findRoots([pictures]);
    return roots.filter(({ name }) => name === 'pictures');
  });
  const recents = new RecentFiles(join(data, 'recent.json'));
  const privateFolder = new PrivateFolder(transfers);
  const uploads = new Uploads(files, privateFolder, UPLOAD_LIMIT);
  const events = new EventHub();
  const calls = localCalls({
    files,
    recents,
    settings: new SettingsStore(join(data, 'settings.json')),
    revealer: systemRevealer({}, 'linux'),
    plugins: new PluginRegistry(),
    engine: new EngineSupervisor(),
    hub: events,
    info: () => ({
      version: '0.0.0',
      host: 'browser',
      chooser: 'folders',
      canReveal: false,
      photosGiven: false,
    }),
  });
  return {
    folder,
    pictures,
    page,
    transfers,
    files,
    recents,
    uploads,
    downloads: new Downloads(privateFolder),
    events,
    faults: [],
    service: { ...calls, ...more, onEvent: events.onEvent },
  };
}
