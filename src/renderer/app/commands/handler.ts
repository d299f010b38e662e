/** Turns key events into commands, including commands that last while a key is held. */
import type { Editor } from '../../editor/editor.svelte.js';
import { matches, takesText, type KeyLike } from '../../editor/commands/keys.js';
import type { Command, Commands } from '../../editor/commands/command.js';

/** Renames the space key to `Space`, as the command table spells it. */
function normalize(event: KeyLike): KeyLike {
  if (event.key !== ' ') return event;
  const { code, ctrlKey, metaKey, shiftKey, altKey } = event;
  return { key: 'Space', code, ctrlKey, metaKey, shiftKey, altKey };
}

/** Returns the command that a key event triggers. */
function commandFor({ list }: Commands, event: KeyLike, mac: boolean): Command | null {
  const normalized = normalize(event);
  const matching = ({ keys }: Command): boolean => keys.some((k) => matches(k, normalized, mac));
  return list.find(matching) ?? null;
}

/** Returns whether the focused element uses Space or the paging keys itself. */
function usesKey(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  const role = target.getAttribute('role') ?? '';
  if (key === ' ') {
    return target.matches('button, input, select, summary, a, [role]:not([role="application"])');
  }
  return key.startsWith('Page') && ['slider', 'listbox', 'menu'].includes(role);
}

export class KeyHandler {
  readonly #editor: Editor;
  readonly #commands: Commands;
  readonly #mac: boolean;
  /** Commands whose key is held, by key code. */
  readonly #down = new Map<string, Command>();

  constructor(editor: Editor, commands: Commands, mac: boolean) {
    this.#editor = editor;
    this.#commands = commands;
    this.#mac = mac;
  }

  press(event: KeyboardEvent): void {
    // Dialogs and menus handle their own keys.
    if (event.defaultPrevented || this.#editor.blocked) return;
    if (event.target instanceof Element && event.target.closest('[role="menu"]') !== null) return;
    const plain = !event.ctrlKey && !event.metaKey;
    if (plain && event.key !== 'Escape' && takesText(event.target)) return;
    if (plain && usesKey(event.target, event.key)) return;
    const command = commandFor(this.#commands, event, this.#mac);
    if (command === null) return;
    // With text selected, the copy shortcut copies that text.
    if (command.id === 'edit.copy-photo' && getSelection()?.isCollapsed === false) return;
    if (command.release !== undefined) {
      if (!event.repeat && this.#commands.run(command.id)) this.#down.set(event.code, command);
      if (this.#down.has(event.code)) event.preventDefault();
      return;
    }
    if (this.#commands.run(command.id)) event.preventDefault();
  }

  release(event: KeyboardEvent): void {
    this.#down.get(event.code)?.release?.();
    this.#down.delete(event.code);
  }

  /** Ends all held commands when the window loses the focus. */
  releaseAll(): void {
    for (const command of this.#down.values()) command.release?.();
    this.#down.clear();
  }
}
