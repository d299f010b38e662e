/** Brings the editor into each of its states, for accessibility checks and screenshots. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { MENUS, PANELS, WORK, type Editor } from './editor.js';
import { BatchDialog } from './batch-dialog.js';
import type { Host } from './host.js';
import { smearedPhoto } from './pictures.js';

export interface Visit {
  readonly editor: Editor;
  readonly host: Host;
  /** Called in every state with its name. */
  readonly onState: (name: string) => Promise<void>;
  /** Name of an installed model that has every map. */
  readonly mapped: string;
}

/** Visits all states in an order in which each leads to the next. */
export async function visitStates(visit: Visit): Promise<void> {
  const { editor, host } = visit;
  await smearedPhoto(host.photos, 'street.png');
  await smearedPhoto(host.photos, 'second.png', 2);
  writeFileSync(join(host.photos, 'words.jpg'), 'These are words, not a picture.\n');
  await withoutPhoto(visit);
  await editor.show('street.png');
  await withPhoto(visit);
  await restored(visit);
  await manyPhotos(visit);
}

async function withoutPhoto({ editor, onState }: Visit): Promise<void> {
  const { dialog, page } = editor;
  await onState('start');
  for (const menu of MENUS) {
    await editor.menu(menu).click();
    await expect(page.getByRole('menu')).toBeVisible();
    await onState(`menu-${menu.toLowerCase()}`);
    await page.keyboard.press('Escape');
  }
  for (const [name, keys] of [
    ['settings', 'Control+,'],
    ['shortcuts', '?'],
    ['open', 'Control+o'],
  ] as const) {
    await page.keyboard.press(keys);
    await expect(dialog).toBeVisible();
    if (name === 'open') {
      await dialog.getByRole('button', { name: 'photos', exact: true }).click();
      await dialog.getByRole('button', { name: /^street/ }).click();
    }
    await onState(`dialog-${name}`);
    await page.keyboard.press('Escape');
    await expect(dialog).toHaveCount(0);
  }
}

async function withPhoto({ editor, host, onState }: Visit): Promise<void> {
  for (const panel of PANELS) {
    await editor.panel(panel).click();
    await onState(`opened-${panel.toLowerCase()}`);
  }
  await editor.tool('Brush').hover();
  await expect(editor.page.getByRole('tooltip')).toBeVisible();
  await onState('tooltip');
  await editor.takeSmallTiles();
  const third = host.gate.hold({ step: 3 });
  await editor.restore();
  await third;
  // Two tiles have passed, with two stages each.
  await expect.poll(() => editor.wire.results('stage').length, WORK).toBe(4);
  await onState('restoring');
  await expect(editor.stopButton).toBeVisible();
  host.gate.release();
  await editor.isRestored();
}

async function restored(visit: Visit): Promise<void> {
  const { editor, onState, mapped } = visit;
  const { page } = editor;
  await onState('restored');
  for (const mode of ['Side by side', 'Difference', 'Result', 'Split']) {
    await editor.compare(mode).click();
    await onState(`compare-${mode.toLowerCase().replaceAll(' ', '-')}`);
  }
  await page.keyboard.press('b');
  await editor.drag([200, 200], [440, 260]);
  await expect(editor.regions).toHaveCount(1);
  await onState('regions');
  await page.keyboard.press('i');
  await editor.drag([60, 300], [260, 440]);
  await expect(editor.hints).toHaveCount(1);
  await onState('hints');
  await editor.panel('Restore').click();
  await editor.model(mapped).check();
  await editor.restore();
  await editor.isRestored();
  await editor.panel('Inspect').click();
  for (const map of ['Difficulty', 'Samples', 'Attention', 'Offsets']) {
    await editor.showMap(map);
    await onState(`map-${map.toLowerCase()}`);
  }
  await editor.map('None').click();
  await editor.panel('History').click();
  await onState('history');
  await dialogsOfAnEdit(visit);
  await editor.panel('Export').click();
  await onState('export');
  await editor.chooseFolder.click();
  await expect(editor.dialog).toBeVisible();
  await onState('dialog-folder');
  await page.keyboard.press('Escape');
  await editor.exportToPhotos();
  await onState('exported');
}

async function dialogsOfAnEdit({ editor, onState }: Visit): Promise<void> {
  const { page, dialog } = editor;
  for (const [name, keys] of [
    ['paste', ['Control+Shift+C', 'Control+Shift+V']],
    ['presets', ['p']],
    ['close', ['Control+w']],
  ] as const) {
    for (const key of keys) await page.keyboard.press(key);
    await expect(dialog).toBeVisible();
    await onState(`dialog-${name}`);
    await page.keyboard.press('Escape');
    await expect(dialog).toHaveCount(0);
  }
}

async function manyPhotos(visit: Visit): Promise<void> {
  const { editor, onState } = visit;
  await editor.open('second.png', 'words.jpg');
  await expect(editor.photo('second.png')).toBeVisible();
  await expect(editor.filmstrip.getByRole('alert')).toBeVisible();
  await editor.panel('Restore').click();
  await onState('broken-file');
  await editor.arrange.click();
  await expect(editor.page.getByRole('menu')).toBeVisible();
  await onState('filmstrip-menu');
  await editor.page.getByRole('menuitemradio', { name: 'Not exported' }).click();
  await expect(editor.filmstrip.getByText(/ shown$/)).toBeVisible();
  await onState('filmstrip-filtered');
  await batches(visit);
}

async function batches({ editor, onState, mapped }: Visit): Promise<void> {
  const { page } = editor;
  const batch = new BatchDialog(page);
  await page.keyboard.press('Control+Shift+e');
  await onState('batch-empty');
  await batch.button('Add the open photos (2)').click();
  await batch.chooseModel(mapped);
  await expect(batch.start).toHaveAttribute('aria-disabled', 'false');
  await onState('batch-new');
  await batch.start.click();
  await expect(batch.summary).toContainText('2 of 2, finished', WORK);
  await onState('batch-finished');
  await page.keyboard.press('Escape');
  await expect(batch.dialog).toHaveCount(0);
}
