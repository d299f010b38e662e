/** Builds the native menus from the editor's commands and the system's standard items. */
import type { MenuItemConstructorOptions as Item } from 'electron';
import type {
  DesktopTexts,
  MenuCommand,
  MenuGroup,
  Menus,
} from '../../../shared/protocol/menus.js';
import { acceleratorOf } from './accelerator.js';

interface MenuSetting {
  readonly mac: boolean;
  /** Adds developer tools. */
  readonly development: boolean;
  /** Runs a command of the editor. */
  readonly run: (command: string) => void;
}

const SEPARATOR: Item = { type: 'separator' };
const SETTINGS = 'file.settings';

/** Menus while no editor is connected: only the system's items. */
export const NO_MENUS: Menus = {
  groups: [],
  texts: {
    about: 'About Unsmear',
    services: 'Services',
    hide: 'Hide Unsmear',
    hideOthers: 'Hide Others',
    showAll: 'Show All',
    quit: 'Quit',
    recent: 'Open Recent',
    clearRecent: 'Clear Menu',
    cut: 'Cut',
    copy: 'Copy',
    paste: 'Paste',
    selectAll: 'Select All',
    fullScreen: 'Full Screen',
    window: 'Window',
    minimize: 'Minimize',
    zoom: 'Zoom',
    bringToFront: 'Bring All to Front',
    openPhotos: 'Open Photos',
    chooseFolder: 'Choose a Folder',
    photos: 'Photos',
    allFiles: 'All files',
  },
};

export function menuTemplate({ groups, texts }: Menus, setting: MenuSetting): Item[] {
  const menus = groups.map((group) => ({
    label: group.label,
    submenu: groupItems(group, texts, setting),
  }));
  if (!setting.mac) return menus;
  const settings = groups.flatMap(({ commands }) => commands).find(({ id }) => id === SETTINGS);
  const last = groups.at(-1)?.id === 'help' ? menus.splice(-1) : [];
  return [appMenu(texts, settings, setting), ...menus, windowMenu(texts), ...last];
}

/** Returns whether only states differ: then the shown menu, which may be open, can stay. */
export function sameItems(a: Menus, b: Menus): boolean {
  const still = ({ groups, texts }: Menus) =>
    JSON.stringify([texts, groups.map((g) => [g.label, g.commands.map(unchanging)])]);
  return still(a) === still(b);
}

function unchanging({ id, label, keys, separated, checked }: MenuCommand): readonly unknown[] {
  return [id, label, keys, separated, checked === null];
}

function groupItems(
  { id, commands }: MenuGroup,
  texts: DesktopTexts,
  setting: MenuSetting,
): Item[] {
  const { mac, development } = setting;
  const shown = mac ? commands.filter((command) => command.id !== SETTINGS) : commands;
  const items = shown.flatMap((command) => [
    ...(command.separated ? [SEPARATOR] : []),
    commandItem(command, setting),
  ]);
  const more: Item[] = [];
  if (id === 'file') {
    // Only macOS has a list of recent files in the menu; the editor shows its own.
    if (mac) {
      const clear: Item = { role: 'clearRecentDocuments', label: texts.clearRecent };
      more.push({ role: 'recentDocuments', label: texts.recent, submenu: [clear] });
    } else more.push({ role: 'quit', label: texts.quit });
  }
  if (id === 'edit') more.push(...editItems(texts));
  if (id === 'view') {
    more.push({ role: 'togglefullscreen', label: texts.fullScreen });
    if (development) more.push({ role: 'toggleDevTools' });
  }
  if (id === 'help' && !mac) more.push({ role: 'about', label: texts.about });
  return more.length === 0 ? items : [...items, SEPARATOR, ...more];
}

/** macOS takes the keys of text fields from the menu; other systems have them built in. */
function editItems(texts: DesktopTexts): Item[] {
  return [
    { role: 'cut', label: texts.cut },
    { role: 'copy', label: texts.copy },
    { role: 'paste', label: texts.paste },
    { role: 'selectAll', label: texts.selectAll },
  ];
}

/**
 * The editor handles its keys itself, so menus only display them. On macOS a menu cannot only
 * display: the page gets the key first and the menu only if the page did not handle it, so keys
 * that type a character are left out there.
 */
function commandItem(
  { id, label, keys, enabled, checked }: MenuCommand,
  setting: MenuSetting,
): Item {
  const accelerator = keys === null ? null : acceleratorOf(keys, setting.mac);
  return {
    id,
    // Outside macOS an ampersand marks the access key.
    label: setting.mac ? label : label.replaceAll('&', '&&'),
    enabled,
    ...(checked === null ? {} : { type: 'checkbox', checked }),
    ...(accelerator === null ? {} : { accelerator, registerAccelerator: false }),
    click: () => setting.run(id),
  };
}

function appMenu(
  texts: DesktopTexts,
  settings: MenuCommand | undefined,
  setting: MenuSetting,
): Item {
  const own = settings === undefined ? [] : [SEPARATOR, commandItem(settings, setting)];
  return {
    label: 'Unsmear',
    submenu: [
      { role: 'about', label: texts.about },
      ...own,
      SEPARATOR,
      { role: 'services', label: texts.services },
      SEPARATOR,
      { role: 'hide', label: texts.hide },
      { role: 'hideOthers', label: texts.hideOthers },
      { role: 'unhide', label: texts.showAll },
      SEPARATOR,
      { role: 'quit', label: texts.quit },
    ],
  };
}

function windowMenu(texts: DesktopTexts): Item {
  return {
    role: 'window',
    label: texts.window,
    submenu: [
      { role: 'minimize', label: texts.minimize },
      { role: 'zoom', label: texts.zoom },
      SEPARATOR,
      { role: 'front', label: texts.bringToFront },
    ],
  };
}
