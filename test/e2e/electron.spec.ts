/** Runs the desktop host in Electron; skipped if Electron is missing or cannot show a window. */
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron, expect, test, type ElectronApplication } from '@playwright/test';
import { findElectron, whyNoWindow } from '../../scripts/electron.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const executablePath = findElectron();
const reason =
  executablePath === null ? 'Electron has not been fetched (npm start fetches it)' : whyNoWindow();

test.describe('the desktop host', () => {
  test.skip(reason !== null, reason ?? '');

  let folder: string;
  let app: ElectronApplication;
  const env = () => ({ ...process.env, UNSMEAR_DATA_DIR: join(folder, 'data') });

  test.beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'unsmear-electron-'));
    app = await _electron.launch({ executablePath: executablePath!, args: [root], env: env() });
  });
  test.afterEach(async () => {
    await app.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('shows menus and restores the sample from one of them', async () => {
    const page = await app.firstWindow();
    expect(page.url()).toBe('unsmear://app/');
    const problems: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    await expect(page.getByRole('application')).toBeVisible();
    const menus = () =>
      app.evaluate(({ Menu }) =>
        (Menu.getApplicationMenu()?.items ?? []).map(({ label }) => label),
      );
    await expect.poll(menus).toEqual(expect.arrayContaining(['File', 'Edit', 'View', 'Help']));
    await app.evaluate(({ Menu }) => {
      Menu.getApplicationMenu()?.getMenuItemById('restore.run')?.click();
    });
    await expect(page.getByRole('slider', { name: /^Line between/ })).toBeVisible();
    const canExport = () =>
      app.evaluate(
        ({ Menu }) => Menu.getApplicationMenu()?.getMenuItemById('file.export')?.enabled,
      );
    await expect.poll(canExport, { timeout: 90_000 }).toBe(true);
    expect(problems).toEqual([]);
  });

  test('blocks navigation, other windows and files outside the page', async () => {
    const page = await app.firstWindow();
    await expect(page.getByRole('application')).toBeVisible();
    const found = await page.evaluate(async () => {
      const globals = ['require', 'process', 'Buffer', 'electron'].filter((name) => name in window);
      const opened = window.open('https://example.org/');
      location.href = 'https://example.org/';
      const answers = await Promise.all(
        ['/../package.json', '/%2e%2e/package.json', '/image/x'].map((path) =>
          fetch(path).then(({ status }) => status),
        ),
      );
      const other = await fetch('unsmear://other/index.html').then(
        () => 'reached',
        () => 'refused',
      );
      return { globals, opened, answers, other };
    });
    expect(found).toEqual({
      globals: [],
      opened: null,
      answers: [404, 404, 404],
      other: 'refused',
    });
    expect(page.url()).toBe('unsmear://app/');
  });

  test('opens the photos of a second start, which then exits', async () => {
    const page = await app.firstWindow();
    await expect(page.getByRole('application')).toBeVisible();
    const photo = join(folder, 'second.jpg');
    cpSync(join(root, 'resources', 'sample-blurred.jpg'), photo);
    const second = spawn(executablePath!, [root, 'second.jpg'], { cwd: folder, env: env() });
    const code = await new Promise((resolve) => second.on('exit', resolve));
    expect(code).toBe(0);
    await expect(page.getByText('second.jpg').first()).toBeVisible();
    expect(app.windows()).toHaveLength(1);
  });

  test('reloads its page after a crash and can then be closed', async () => {
    const page = await app.firstWindow();
    await expect(page.getByRole('application')).toBeVisible();
    await app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer(),
    );
    const url = () =>
      app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getURL());
    await expect.poll(url).toBe('unsmear://app/');
    const closed = app.waitForEvent('close');
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
    await closed;
  });
});
