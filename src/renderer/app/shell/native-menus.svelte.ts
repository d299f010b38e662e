/** Tells a desktop host what its menus show, from the table of commands. */
import * as m from '#texts/messages.js';
import type { DesktopTexts, MenuGroup, Menus } from '../../../shared/protocol/menus.js';
import { toErrorData } from '../../../shared/core/errors.js';
import { COMMANDS } from '../commands/table.js';
import { GROUPS } from '../../editor/commands/command.js';
import type { App } from '../app.svelte.js';
import { GROUP_NAMES } from './group-names.js';

/** The commands as they are now. Those that last as long as a key is held are no menu items. */
export function describeMenus(app: App): Menus {
  const groups = GROUPS.map((group): MenuGroup => {
    const own = COMMANDS.filter((command) => command.group === group && !command.release);
    const commands = own.map(({ id, label, keys, separated, refuse, checked }) => ({
      id,
      label: label(),
      keys: keys[0] ?? null,
      separated: separated ?? false,
      enabled: (refuse?.(app) ?? null) === null,
      checked: checked?.(app) ?? null,
    }));
    return { id: group, label: GROUP_NAMES[group](), commands };
  });
  return { groups, texts: desktopTexts() };
}

/** Follows the commands for as long as the component lives that calls this. */
export function followMenus(app: App): void {
  const closed = new AbortController();
  let told = '';
  $effect(() => () => closed.abort());
  $effect(() => {
    if (app.info?.host !== 'electron') return;
    const menus = describeMenus(app);
    const text = JSON.stringify(menus);
    if (text === told) return;
    told = text;
    app.api.call(closed.signal, 'showMenus', menus).catch((error: unknown) => {
      const { code, message } = toErrorData(error);
      if (code !== 'cancelled' && code !== 'disconnected') app.notices.show('warning', message);
    });
  });
}

function desktopTexts(): DesktopTexts {
  return {
    about: m.desktop_about(),
    services: m.desktop_services(),
    hide: m.desktop_hide(),
    hideOthers: m.desktop_hide_others(),
    showAll: m.desktop_show_all(),
    quit: m.desktop_quit(),
    recent: m.desktop_recent(),
    clearRecent: m.desktop_clear_recent(),
    cut: m.desktop_cut(),
    copy: m.desktop_copy(),
    paste: m.desktop_paste(),
    selectAll: m.desktop_select_all(),
    fullScreen: m.desktop_full_screen(),
    window: m.desktop_window(),
    minimize: m.desktop_minimize(),
    zoom: m.desktop_zoom(),
    bringToFront: m.desktop_front(),
    openPhotos: m.desktop_open_photos(),
    chooseFolder: m.desktop_choose_folder(),
    photos: m.desktop_photos(),
    allFiles: m.desktop_all_files(),
  };
}
