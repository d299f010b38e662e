/** Keeps the application's menu up to date with the editor's description. */
import { app, Menu } from 'electron';
import type { DesktopTexts, Menus } from '../../../shared/protocol/menus.js';
import { menuTemplate, NO_MENUS, sameItems } from './menu.js';

type BuiltMenu = ReturnType<typeof Menu.buildFromTemplate>;

export class NativeMenu {
  private shown: Menus = NO_MENUS;
  private menu: BuiltMenu;

  /** `run` runs a command of the editor. */
  constructor(private readonly run: (command: string) => void) {
    this.menu = this.build();
  }

  get texts(): DesktopTexts {
    return this.shown.texts;
  }

  show(menus: Menus): void {
    const stays = sameItems(this.shown, menus);
    this.shown = menus;
    if (stays) this.showStates();
    else this.menu = this.build();
  }

  /** Removes the editor's commands; texts stay in its language. */
  clear(): void {
    this.show({ ...this.shown, groups: [] });
  }

  private build(): BuiltMenu {
    const template = menuTemplate(this.shown, {
      mac: process.platform === 'darwin',
      development: !app.isPackaged,
      run: (command) => {
        // The system has toggled the check mark, but the editor decides about it.
        this.showStates();
        this.run(command);
      },
    });
    const menu = Menu.buildFromTemplate(template);
    Menu.setApplicationMenu(menu);
    return menu;
  }

  private showStates(): void {
    for (const { id, enabled, checked } of this.shown.groups.flatMap(({ commands }) => commands)) {
      const item = this.menu.getMenuItemById(id);
      if (item === null) continue;
      item.enabled = enabled;
      if (checked !== null) item.checked = checked;
    }
  }
}
