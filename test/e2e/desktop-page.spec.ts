/**
 * Runs the page of a desktop window in Chromium. Page, preload, scheme handler, services and engine
 * are the real ones; only Electron's message transport is replaced.
 */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test, type Page } from '@playwright/test';
import { receiveFile } from '../../src/main/hosts/electron/intake.js';
import { mainPort, type MainPort } from '../../src/main/hosts/electron/port.js';
import { schemeHandler } from '../../src/main/hosts/electron/scheme.js';
import { serveApi } from '../../src/main/hosts/rpc.js';
import { makeServices, type Services } from '../../src/main/hosts/services.js';
import { BatchRequest } from '../../src/shared/protocol/batches.js';
import type { Menus } from '../../src/shared/protocol/menus.js';
import { portChannel } from '../../src/shared/protocol/port.js';
import { TileGate } from '../engine/tile-gate.js';
import { makeTinyPlugin } from '../engine/tiny-plugin.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const SAMPLE = join(root, 'resources', 'sample-blurred.jpg');
/** A secure origin in place of the scheme `unsmear:`, which Chromium does not know. */
const ORIGIN = 'https://unsmear.test';
const NEVER = new AbortController().signal;

let folder: string;
let gate: TileGate;
let services: Services;
let menus: Menus | null;
let closed: number;

test.beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'unsmear-desktop-'));
  process.env.UNSMEAR_DATA_DIR = join(folder, 'data');
  await makeTinyPlugin(join(folder, 'data', 'plugins'), 'staged', { preferred: 512, max: 512 });
  gate = await TileGate.open();
  const revealer = { available: true, reveal: () => Promise.resolve() };
  services = makeServices({
    version: '0.0.0',
    host: 'electron',
    keepAwake: () => () => undefined,
    revealer,
    spawn: gate.spawn,
  });
  menus = null;
  closed = 0;
});
test.afterEach(async () => {
  await services.close();
  await gate.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Returns a `MessagePortMain` whose other end is in the page; `receive` takes its messages. */
function portOf(page: Page): MainPort & { receive: (message: unknown) => void } {
  let listen: (event: { data: unknown }) => void = () => undefined;
  return {
    on: (event: string, listener: (event: { data: unknown }) => void) => {
      if (event === 'message') listen = listener;
    },
    postMessage: (message) => {
      page
        .evaluate(
          (data) => (window as never as { deliver: (data: unknown) => void }).deliver(data),
          message,
        )
        .catch(() => undefined);
    },
    start: () => undefined,
    close: () => undefined,
    receive: (data) => listen({ data }),
  };
}

/** Opens the page and connects it to the services. Returns a list that collects all errors. */
async function open(page: Page): Promise<string[]> {
  const problems: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(error.message));
  const onFault = (call: string, error: unknown) => problems.push(`${call}: ${String(error)}`);
  const handle = schemeHandler({
    ...{ app: join(root, 'out', 'renderer'), onFault },
    ...{ pixels: services.pixels, downloads: services.downloads },
  });
  await page.route('**/*', async (route) => {
    const { pathname, origin } = new URL(route.request().url());
    if (origin !== ORIGIN) problems.push(`Requested ${origin}.`);
    const answer = await handle(new Request(`unsmear://app${pathname}`));
    await route.fulfill({
      status: answer.status,
      headers: Object.fromEntries(answer.headers),
      body: Buffer.from(await answer.arrayBuffer()),
    });
  });
  const port = portOf(page);
  serveApi(
    portChannel(mainPort(port)),
    {
      ...services.calls,
      onEvent: services.onEvent,
      showMenus: (_, shown) => {
        menus = shown;
        return Promise.resolve(null);
      },
      closeWindow: () => {
        closed += 1;
        return Promise.resolve(null);
      },
    },
    onFault,
  );
  await page.exposeFunction('send', (message: unknown) => port.receive(message));
  await page.exposeFunction('invoke', (file: { name: string; bytes: Record<string, number> }) =>
    receiveFile(
      { files: services.files, uploads: services.uploads, onFault },
      { name: file.name, bytes: Uint8Array.from(Object.values(file.bytes)) },
    ),
  );
  const preload = readFileSync(join(root, 'out', 'preload', 'index.cjs'), 'utf8');
  await page.addInitScript(`(() => {
    const modules = { electron: {
      contextBridge: { exposeInMainWorld: (name, value) => { window[name] = value; } },
      webUtils: { getPathForFile: () => '' },
      ipcRenderer: {
        postMessage: (_channel, _message, [port]) => {
          window.deliver = (message) => port.postMessage(message);
          port.onmessage = ({ data }) => window.send(data);
        },
        invoke: (_channel, file) => window.invoke(file),
      },
    } };
    const require = (name) => modules[name];
    ${preload}
  })();`);
  await page.goto(`${ORIGIN}/`);
  return problems;
}

const items = () => menus?.groups.flatMap(({ commands }) => commands) ?? [];
const command = (id: string) => services.hub.emit({ type: 'command', command: id });

test('shows the sample at the first start and restores it from the menu', async ({ page }) => {
  // Only `welcomed` ends the first start, so choosing a model does not.
  await services.settings.write({ plugin: 'tiny-staged' });
  const problems = await open(page);
  await expect(page.getByRole('application')).toBeVisible();
  // The system's menus replace those of the page.
  await expect(page.getByRole('menubar')).toHaveCount(0);
  await expect.poll(() => menus?.groups.map(({ label }) => label)).toContain('File');
  const isEnabled = (id: string) => items().find((item) => item.id === id)?.enabled;
  await expect.poll(() => isEnabled('restore.run')).toBe(true);
  expect(isEnabled('file.export')).toBe(false);
  const begun = gate.hold();
  command('restore.run');
  await begun;
  await expect.poll(() => isEnabled('restore.run')).toBe(false);
  gate.release();
  await expect.poll(() => isEnabled('file.export')).toBe(true);
  command('restore.cancel');
  await expect.poll(() => isEnabled('restore.run')).toBe(true);
  expect(problems).toEqual([]);
});

test('opens files from the system and dropped files', async ({ page }) => {
  await services.given.give([SAMPLE]);
  await services.settings.write({ welcomed: true });
  const problems = await open(page);
  const strip = page.getByRole('navigation', { name: 'Open photos' });
  await expect(strip.getByText('sample-blurred.jpg')).toHaveCount(1);
  const bytes = readFileSync(SAMPLE).toString('base64');
  await page.evaluate((text) => {
    const data = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([data], 'dropped.jpg', { type: 'image/jpeg' }));
    window.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, cancelable: true }));
  }, bytes);
  await expect(strip.getByText('dropped.jpg')).toHaveCount(1);
  expect(problems).toEqual([]);
});

test('sends its menus in the chosen language', async ({ page }) => {
  await services.settings.write({ welcomed: true, language: 'de' });
  await open(page);
  await expect.poll(() => menus?.groups[0]?.label).toBe('Datei');
  expect(menus?.texts.quit).toBe('Unsmear beenden');
});

test('closes its window without a question if nothing is unsaved', async ({ page }) => {
  await services.settings.write({ welcomed: true });
  await open(page);
  await expect.poll(() => menus).not.toBeNull();
  command('close-window');
  await expect.poll(() => closed).toBe(1);
});

/** Starts a batch of two photos and blocks the engine in the first one. */
async function startHeldBatch(): Promise<void> {
  const photos = join(folder, 'photos');
  const results = join(folder, 'results');
  for (const path of [photos, results]) mkdirSync(path);
  for (const name of ['1.jpg', '2.jpg']) copyFileSync(SAMPLE, join(photos, name));
  const [given, into] = await Promise.all(
    [photos, results].map((path) => services.files.admit(path)),
  );
  const held = gate.hold();
  await services.calls.startBatch!(NEVER, {
    photos: { inputs: [given!.ref], recursive: false, order: 'name', except: null, masks: null },
    settings: BatchRequest.parse({ plugin: 'tiny-staged', folder: into!.ref, skip: false }),
  });
  await held;
}

test('asks before closing while a batch is running', async ({ page }) => {
  await services.settings.write({ welcomed: true });
  await startHeldBatch();
  await open(page);
  await expect.poll(() => menus).not.toBeNull();
  // Proves that the page has received the batch's event.
  await expect(page.getByText('Batch: 0 of 2')).toBeVisible();
  command('close-window');
  const question = page.getByRole('dialog', { name: /while a batch is running/ });
  await expect(question).toContainText('2 photos left');
  await question.getByRole('button', { name: 'Stay open' }).press('Enter');
  await expect(question).toHaveCount(0);
  expect(closed).toBe(0);
  command('close-window');
  await question.getByRole('button', { name: 'Pause and close' }).click();
  await expect.poll(() => closed).toBe(1);
});
