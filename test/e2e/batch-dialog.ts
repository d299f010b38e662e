/** Finds the controls of the batch dialog by role and name, as users do. */
import { expect, type Locator, type Page } from '@playwright/test';

export class BatchDialog {
  readonly dialog: Locator;
  readonly start: Locator;
  readonly name: Locator;
  private readonly model: Locator;
  readonly summary: Locator;
  readonly photos: Locator;

  constructor(readonly page: Page) {
    this.dialog = page.getByRole('dialog', { name: 'Batch export' });
    this.start = this.button('Start the batch');
    this.name = this.dialog.getByRole('textbox', { name: 'Name', exact: true });
    this.model = this.dialog.getByRole('combobox', { name: 'Model', exact: true });
    this.summary = this.dialog.getByRole('status').first();
    this.photos = this.dialog.getByRole('list', { name: 'Photos' }).getByRole('listitem');
  }

  button(name: string): Locator {
    return this.dialog.getByRole('button', { name, exact: true });
  }

  filter(name: string): Locator {
    return this.dialog.getByRole('radio', { name, exact: true });
  }

  /** Chooses the model whose name starts with `name`. */
  async chooseModel(name: string): Promise<void> {
    const option = this.model.getByRole('option', { name: new RegExp(`^${name}\\b`) });
    await this.model.selectOption(await option.getAttribute('value'));
  }

  /** Chooses a folder in the list of folders; `way` has its names from a root down. */
  async chooseFolder(...way: readonly string[]): Promise<void> {
    const folders = this.page.getByRole('dialog', { name: 'Choose a folder' });
    for (const name of way) await folders.getByRole('button', { name, exact: true }).click();
    await folders.getByRole('button', { name: 'Choose this folder' }).click();
    await expect(folders).toHaveCount(0);
  }
}
