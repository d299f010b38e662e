/** Menus of a desktop host: the state of the editor's commands, and texts in its language. */
import { z } from 'zod';

const Text = z.string().min(1).max(200);

export const MenuCommand = z.object({
  id: z.string().min(1).max(64),
  label: Text,
  /** Keys to show, such as `Mod+Shift+Z`; the editor itself handles them. `null` = none. */
  keys: z.string().max(40).nullable(),
  enabled: z.boolean(),
  /** Whether a separator precedes it. */
  separated: z.boolean(),
  /** `null` = not a checkbox. */
  checked: z.boolean().nullable(),
});
export type MenuCommand = z.infer<typeof MenuCommand>;

export const MenuGroup = z.object({
  id: z.string().min(1).max(64),
  label: Text,
  commands: z.array(MenuCommand).max(200),
});
export type MenuGroup = z.infer<typeof MenuGroup>;

/** Texts of the menu items and dialogs that the system provides. */
export const DesktopTexts = z.object({
  about: Text,
  services: Text,
  hide: Text,
  hideOthers: Text,
  showAll: Text,
  quit: Text,
  recent: Text,
  clearRecent: Text,
  cut: Text,
  copy: Text,
  paste: Text,
  selectAll: Text,
  fullScreen: Text,
  window: Text,
  minimize: Text,
  zoom: Text,
  bringToFront: Text,
  openPhotos: Text,
  chooseFolder: Text,
  photos: Text,
  allFiles: Text,
});
export type DesktopTexts = z.infer<typeof DesktopTexts>;

export const Menus = z.object({ groups: z.array(MenuGroup).max(20), texts: DesktopTexts });
export type Menus = z.infer<typeof Menus>;
