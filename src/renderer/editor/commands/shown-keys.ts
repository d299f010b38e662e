/** Shortcuts in the user's language and for the user's system. */
import * as m from '#texts/messages.js';
import { type Keys, display } from './keys.js';

export const isMac = /mac|iphone|ipad/i.test(navigator.platform);

export function shownKeys(keys: Keys): string {
  return display(keys, isMac, {
    ...(isMac ? {} : { Mod: m.key_ctrl(), Shift: m.key_shift() }),
    Escape: m.key_escape(),
    Space: m.key_space(),
    PageUp: m.key_page_up(),
    PageDown: m.key_page_down(),
  });
}
