/** What the menus and dialogs of a desktop host show: the editor's commands as they are now, in its language. */
import { z } from 'zod';

const Text = z.string().min(1).max(200);

export const MenuCommand = z.object({
  id: z.string().min(1).max(64),
  label: Text,
  /** As in the editor's table of commands: `Mod+Shift+Z`. The editor itself listens to them. */
  keys: z.string().max(40).nullable(),
  enabled: z.boolean(),
  /** A line stands above it. */
  separated: z.boolean(),
  /** null: not something that is on or off. */
  checked: z.boolean().nullable(),
});
export type MenuCommand = z.infer<typeof MenuCommand>;

export const MenuGroup = z.object({
  id: z.string().min(1).max(64),
  label: Text,
  commands: z.array(MenuCommand).max(200),
});
export type MenuGroup = z.infer<typeof MenuGroup>;

/** Of what the system provides: menu items and dialogs. */
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
