/** Sends the commands to a desktop host, for its native menus. */
import * as m from '#texts/messages.js';
import type { DesktopTexts, MenuGroup, Menus } from '../../../shared/protocol/menus.js';
import { toErrorData } from '../../../shared/core/errors.js';
import { GROUP_NAMES, GROUPS, type Commands } from '../../editor/commands/command.js';
import { messageOf } from '../../texts/explain-error.js';
import type { Editor } from '../../editor/editor.svelte.js';

/** Returns the menus for the current state, without commands that last while a key is held. */
function describeMenus({ list }: Commands): Menus {
  const groups = GROUPS.map((group): MenuGroup => {
    const own = list.filter((command) => command.group === group && !command.release);
    const commands = own.map(({ id, label, keys, separated, refuse, checked }) => ({
      id,
      label: label(),
      keys: keys[0] ?? null,
      separated: separated ?? false,
      enabled: (refuse?.() ?? null) === null,
      checked: checked?.() ?? null,
    }));
    return { id: group, label: GROUP_NAMES[group](), commands };
  });
  return { groups, texts: desktopTexts() };
}

/** Keeps the native menus up to date; call it while a component initialises. */
export function followMenus(editor: Editor, commands: Commands): void {
  const closed = new AbortController();
  let sent = '';
  $effect(() => () => closed.abort());
  $effect(() => {
    if (editor.info?.host !== 'electron') return;
    const menus = describeMenus(commands);
    const text = JSON.stringify(menus);
    if (text === sent) return;
    sent = text;
    editor.api.call(closed.signal, 'showMenus', menus).catch((error: unknown) => {
      const { code } = toErrorData(error);
      if (code === 'cancelled' || code === 'disconnected') return;
      editor.notices.show('warning', messageOf(error));
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
