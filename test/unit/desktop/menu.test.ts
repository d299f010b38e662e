import type { MenuItemConstructorOptions as Item } from 'electron';
import { describe, expect, it } from 'vitest';
import { acceleratorOf } from '../../../src/main/hosts/electron/accelerator.js';
import { menuTemplate, NO_MENUS, sameItems } from '../../../src/main/hosts/electron/menu.js';
import { Menus, type MenuCommand } from '../../../src/shared/protocol/menus.js';

function command(id: string, more: Partial<MenuCommand> = {}): MenuCommand {
  return { id, label: id, keys: null, separated: false, enabled: true, checked: null, ...more };
}

const MENUS: Menus = {
  groups: [
    {
      id: 'file',
      label: 'Datei',
      commands: [
        command('file.open', { keys: 'Mod+O', label: 'Auf & zu' }),
        command('file.settings', { keys: 'Mod+,' }),
      ],
    },
    { id: 'edit', label: 'Edit', commands: [command('edit.undo', { enabled: false })] },
    {
      id: 'view',
      label: 'View',
      commands: [
        command('view.mask', { keys: 'M', checked: true }),
        command('view.in', { keys: 'Mod++', separated: true }),
      ],
    },
    { id: 'help', label: 'Help', commands: [command('help.shortcuts', { keys: '?' })] },
  ],
  texts: { ...NO_MENUS.texts, quit: 'Beenden' },
};

const ran: string[] = [];
const template = (mac: boolean, menus = MENUS) =>
  menuTemplate(menus, { mac, development: false, run: (id) => ran.push(id) });

function items(menus: readonly Item[]): Item[] {
  return menus.flatMap((item) => [
    item,
    ...(Array.isArray(item.submenu) ? items(item.submenu) : []),
  ]);
}

const byId = (menus: readonly Item[], id: string) => items(menus).find((item) => item.id === id);
const roles = (menus: readonly Item[]) => items(menus).flatMap(({ role }) => role ?? []);

describe.each([true, false])('native menus (on a Mac: %s)', (mac) => {
  it('contain every command once, with its state, and run it', () => {
    const menus = template(mac);
    for (const { id, enabled, checked } of MENUS.groups.flatMap(({ commands }) => commands)) {
      const found = items(menus).filter((item) => item.id === id);
      expect(found, id).toHaveLength(1);
      expect(found[0]?.enabled).toBe(enabled);
      expect(found[0]?.type).toBe(checked === null ? undefined : 'checkbox');
      expect(found[0]?.checked).toBe(checked ?? undefined);
      ran.length = 0;
      found[0]?.click?.(undefined as never, undefined, undefined as never);
      expect(ran).toEqual([id]);
    }
  });

  it('only display keys of the editor if the system allows that', () => {
    const shown = items(template(mac)).filter(({ accelerator }) => accelerator !== undefined);
    expect(shown.length).toBeGreaterThan(2);
    for (const item of shown) expect(item.registerAccelerator).toBe(false);
  });

  it('contain the items of the system in the language of the editor', () => {
    const menus = template(mac);
    for (const role of ['quit', 'about', 'cut', 'copy', 'paste', 'selectAll', 'togglefullscreen'])
      expect(roles(menus).filter((found) => found === role)).toHaveLength(1);
    expect(items(menus).find(({ role }) => role === 'quit')?.label).toBe('Beenden');
    for (const item of items(menus)) {
      if (item.type !== 'separator') expect(item.label).toBeTruthy();
    }
    expect(roles(menus)).not.toContain('toggleDevTools');
    expect(roles(menus)).not.toContain('reload');
  });
});

describe('native menus', () => {
  it('follow the order of each system', () => {
    const labels = (mac: boolean) => template(mac).map(({ label }) => label);
    expect(labels(true)).toEqual(['Unsmear', 'Datei', 'Edit', 'View', 'Window', 'Help']);
    expect(labels(false)).toEqual(['Datei', 'Edit', 'View', 'Help']);
    const [first] = template(true);
    expect(byId(first?.submenu as Item[], 'file.settings')).toBeTruthy();
    expect(roles(template(true))).toContain('recentDocuments');
  });

  it('separate groups by a line', () => {
    const view = template(false).find(({ label }) => label === 'View')?.submenu as Item[];
    expect(view.slice(0, 3).map(({ id, type }) => id ?? type)).toEqual([
      'view.mask',
      'separator',
      'view.in',
    ]);
  });

  it('escape an ampersand, which would mark an access key', () => {
    expect(byId(template(true), 'file.open')?.label).toBe('Auf & zu');
    expect(byId(template(false), 'file.open')?.label).toBe('Auf && zu');
  });

  it('leave out keys of letters on a Mac, whose menus would take them from text fields', () => {
    expect(byId(template(true), 'view.mask')?.accelerator).toBeUndefined();
    expect(byId(template(false), 'view.mask')?.accelerator).toBe('M');
    expect(byId(template(true), 'view.in')?.accelerator).toBe('CommandOrControl+Plus');
  });

  it('allow to quit before an editor is connected', () => {
    expect(roles(template(true, NO_MENUS))).toContain('quit');
    expect(template(false, NO_MENUS)).toEqual([]);
  });

  it('are not replaced while only states change', () => {
    const changed = structuredClone(MENUS);
    changed.groups[1]!.commands[0]!.enabled = true;
    changed.groups[2]!.commands[0]!.checked = false;
    expect(sameItems(MENUS, changed)).toBe(true);
    changed.groups[1]!.commands[0]!.label = 'Undo: Brush';
    expect(sameItems(MENUS, changed)).toBe(false);
  });

  it('accept only valid descriptions from the page', () => {
    expect(Menus.safeParse(MENUS).success).toBe(true);
    const groups = [{ ...MENUS.groups[0], commands: [{ id: 'x' }] }];
    expect(Menus.safeParse({ ...MENUS, groups }).success).toBe(false);
  });
});

describe('accelerators', () => {
  it.each([
    ['Mod+Shift+Z', 'CommandOrControl+Shift+Z'],
    ['Mod++', 'CommandOrControl+Plus'],
    ['Mod+=', 'CommandOrControl+='],
    ['Mod+-', 'CommandOrControl+-'],
    ['Mod+,', 'CommandOrControl+,'],
    ['+', 'Plus'],
    ['0', '0'],
    ['b', 'B'],
    ['\\', '\\'],
    ['[', '['],
    ['?', '?'],
    ['Escape', 'Escape'],
    ['PageDown', 'PageDown'],
    ['ArrowLeft', 'Left'],
    ['Alt+Enter', 'Alt+Return'],
    ['F11', 'F11'],
    ['F25', null],
    ['Fn', null],
    ['ä', null],
    ['', null],
  ])('%j become %j', (keys, accelerator) => {
    expect(acceleratorOf(keys, false)).toBe(accelerator);
  });
});
