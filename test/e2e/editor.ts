/** Finds and uses the editor's controls by role and name, as users do. */
import { expect, type Locator, type Page } from '@playwright/test';
import { HEIGHT, WIDTH } from './pictures.js';
import type { Wire } from './wire.js';

/** Names of the panels, in the order of their tabs. */
export const PANELS = ['Restore', 'Regions', 'Hints', 'Inspect', 'Export', 'History'] as const;
export type PanelName = (typeof PANELS)[number];
export const MENUS = ['File', 'Edit', 'Restore', 'View', 'Photos', 'Tools', 'Help'] as const;

/** Time limit for work of the engine. Scripts have no Playwright configuration to set it. */
export const WORK = { timeout: 240_000 };

/** Limit above the number of controls that Tab can reach in a window. */
const MOST_TABS = 120;

export class Editor {
  readonly canvas: Locator;
  readonly split: Locator;
  readonly filmstrip: Locator;
  /** Photos of the filmstrip, in its order. */
  readonly photos: Locator;
  /** Opens the filmstrip's menu. */
  readonly arrange: Locator;
  readonly panels: Locator;
  readonly restoring: Locator;
  /** Replaces the Restore button while a restoration runs. */
  readonly stopButton: Locator;
  readonly openButton: Locator;
  readonly dialog: Locator;
  readonly zoom: Locator;
  readonly chooseFolder: Locator;
  readonly exportButton: Locator;
  /** Shown when an export is done. */
  readonly exported: Locator;
  readonly saveLink: Locator;
  /** One remove button for each region. */
  readonly regions: Locator;
  /** One remove button for each hint. */
  readonly hints: Locator;

  constructor(
    readonly page: Page,
    readonly wire: Wire,
  ) {
    this.canvas = page.getByRole('application');
    this.split = page.getByRole('slider', { name: 'Line between original and restored photo' });
    this.filmstrip = page.getByRole('navigation', { name: 'Open photos' });
    this.photos = this.filmstrip.getByRole('option');
    this.arrange = this.filmstrip.getByRole('button', { name: 'Sort and filter photos' });
    this.panels = page.getByRole('complementary', { name: 'Panels' });
    this.restoring = this.panels.getByRole('region', { name: 'Restore' });
    this.stopButton = this.restoring.getByRole('button', { name: /^Stop/ });
    this.openButton = page.getByRole('button', { name: /^Open photos/ });
    this.dialog = page.getByRole('dialog');
    this.zoom = page.getByRole('status', { name: 'Zoom' });
    this.chooseFolder = this.panels.getByRole('button', { name: 'Choose a folder…' });
    this.exportButton = this.panels.getByRole('button', { name: 'Export', exact: true });
    this.exported = this.panels.getByText('Export again');
    this.saveLink = this.panels.getByRole('link', { name: 'Save the file' });
    this.regions = this.panels.getByRole('button', { name: /^Remove region/ });
    this.hints = this.panels.getByRole('button', { name: /^Remove (?!all|region)/ });
  }

  /** Loads the page and waits until the start screen is complete. */
  async load(address: string): Promise<void> {
    await this.page.goto(address);
    await this.openButton.first().waitFor();
    await expect(this.page.getByText('Loading…')).toHaveCount(0);
  }

  photo(name: string): Locator {
    return this.filmstrip.getByRole('option', { name });
  }

  panel(name: PanelName): Locator {
    return this.panels.getByRole('tab', { name, exact: true });
  }

  menu(name: (typeof MENUS)[number]): Locator {
    return this.page.getByRole('menubar').getByRole('menuitem', { name, exact: true });
  }

  choice(name: string): Locator {
    return this.panels.getByRole('combobox', { name });
  }

  /** Finds the models whose name starts with `name`, in the Restore panel. */
  model(name: string): Locator {
    return this.panels.getByRole('radio', { name: new RegExp(`^${name}\\b`) });
  }

  /** Finds the button of a map, or of "None", in the Inspect panel. */
  map(name: string): Locator {
    const maps = this.panels.getByRole('group', { name: 'Map', exact: true });
    return maps.getByRole('button', { name, exact: true });
  }

  /** Chooses a map and waits until it is shown. */
  async showMap(name: string): Promise<void> {
    // Waits before the click, because hovering over the button already fetches the map.
    const fetched = this.page.waitForResponse((answer) => answer.url().includes('/image/map/'));
    await this.map(name).click();
    await (await fetched).finished();
    await expect(this.panels.getByText('The map is being loaded…')).toHaveCount(0);
  }

  tool(name: string): Locator {
    return this.page.getByRole('toolbar', { name: 'Tools' }).getByRole('button', { name });
  }

  compare(mode: string): Locator {
    return this.page.getByRole('banner').getByRole('radio', { name: mode, exact: true });
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  /** Opens photos of the host's folder "photos" in the file chooser. */
  async open(...names: string[]): Promise<void> {
    await this.page.keyboard.press('Control+o');
    await this.dialog.getByRole('button', { name: 'photos', exact: true }).click();
    for (const name of names) {
      await this.dialog.getByRole('button', { name: new RegExp(`^${escape(name)}`) }).click();
    }
    await this.dialog.getByRole('button', { name: 'Open', exact: true }).click();
    await expect(this.dialog).toHaveCount(0);
  }

  /** Opens one photo and waits until it is shown. */
  async show(name: string): Promise<void> {
    await this.open(name);
    await expect(this.canvas).toHaveAccessibleName(`Photo ${name}`);
  }

  /** Uploads a file as if it had been dropped on the window. */
  async drop(name: string, content: Buffer): Promise<void> {
    const files = await this.page.evaluateHandle(
      ([own, base64]) => {
        const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
        const transfer = new DataTransfer();
        transfer.items.add(new File([bytes], own));
        return transfer;
      },
      [name, content.toString('base64')] as const,
    );
    await this.page.locator('body').dispatchEvent('drop', { dataTransfer: files });
  }

  /** Chooses small tiles, so that a small photo has several. */
  async takeSmallTiles(): Promise<void> {
    await this.panel('Restore').click();
    await this.choice('Tile size').selectOption('256');
  }

  async restore(): Promise<void> {
    await this.restoring
      .getByRole('button', { name: /^(Restore|Restore again|Continue)$/ })
      .click();
  }

  /** Waits until the Restore panel reports a finished restoration. */
  async isRestored(): Promise<void> {
    await expect(this.restoring).toContainText(/Restored/, WORK);
  }

  /** Drags between two points of the photo, which must be at 100 % and wholly visible. */
  async drag(from: readonly [number, number], to: readonly [number, number]): Promise<void> {
    await expect(this.zoom).toHaveText(/^\s*100\s?%\s*$/);
    const { mouse } = this.page;
    await mouse.move(...(await this.onScreen(from)));
    await mouse.down();
    await mouse.move(...(await this.onScreen(to)), { steps: 8 });
    await mouse.up();
  }

  /** Exports as PNG into the host's folder "photos". */
  async exportToPhotos(): Promise<void> {
    await this.panel('Export').click();
    await this.choice('Format').selectOption('png');
    await this.chooseFolder.click();
    await this.dialog.getByRole('button', { name: 'photos', exact: true }).click();
    await this.dialog.getByRole('button', { name: 'Choose this folder' }).click();
    await this.exportButton.click();
    await expect(this.exported).toBeVisible(WORK);
  }

  /** Presses Tab until a control has the focus. */
  async tabTo(control: Locator): Promise<void> {
    for (let presses = 0; presses < MOST_TABS; presses++) {
      if (await hasFocus(control)) return;
      await this.page.keyboard.press('Tab');
    }
    throw new Error(`Not reached by Tab: ${control.toString()}`);
  }

  /** Activates a control by keyboard alone. */
  async enter(control: Locator): Promise<void> {
    await expect(control).toBeVisible();
    await this.tabTo(control);
    await this.page.keyboard.press('Enter');
  }

  /** Presses keys one after the other; a pair is a key and the number of presses. */
  async press(...keys: readonly (string | readonly [string, number])[]): Promise<void> {
    for (const key of keys) {
      const [name, times] = typeof key === 'string' ? [key, 1] : key;
      for (let i = 0; i < times; i++) await this.page.keyboard.press(name);
    }
  }

  /** Converts a point of the photo to a point of the page. */
  private async onScreen([x, y]: readonly [number, number]): Promise<[number, number]> {
    const box = await this.canvas.boundingBox();
    if (box === null) throw new Error('The canvas is not shown.');
    const { x: left, y: top, width, height } = box;
    return [left + width / 2 + x - WIDTH / 2, top + height / 2 + y - HEIGHT / 2];
  }
}

function hasFocus(control: Locator): Promise<boolean> {
  return control.evaluate((element) => element === document.activeElement);
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
