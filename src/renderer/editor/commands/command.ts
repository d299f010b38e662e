/**
 * Commands of the editor: their shape, the registry that menus and keys read, and common reasons to
 * refuse one.
 */
import { createContext } from 'svelte';
import * as m from '#texts/messages.js';
import type { Editor } from '../editor.svelte.js';
import type { Keys } from './keys.js';

export const GROUPS = ['file', 'edit', 'restore', 'view', 'photos', 'tools', 'help'] as const;
export type Group = (typeof GROUPS)[number];

export const GROUP_NAMES: Readonly<Record<Group, () => string>> = {
  file: m.group_file,
  edit: m.group_edit,
  restore: m.group_restore,
  view: m.group_view,
  photos: m.group_photos,
  tools: m.group_tools,
  help: m.group_help,
};

export interface Command {
  readonly id: string;
  readonly group: Group;
  readonly label: () => string;
  /** Label with the current target, e.g. "Undo brush stroke"; `null` if the general label fits. */
  readonly now?: () => string | null;
  readonly keys: readonly Keys[];
  /** Menus draw a line above it. */
  readonly separated?: boolean;
  readonly run: () => void;
  /** Why it cannot run now; `null` if it can. */
  readonly refuse?: () => string | null;
  /** State of commands that switch something on or off. */
  readonly checked?: () => boolean;
  /** Ends a command that lasts while its key is held. */
  readonly release?: () => void;
}

export class Commands {
  readonly list: readonly Command[];
  readonly #byId: ReadonlyMap<string, Command>;

  constructor(list: readonly Command[]) {
    this.list = list;
    this.#byId = new Map(list.map((command) => [command.id, command]));
  }

  /** Throws if no command has this id. */
  of(id: string): Command {
    const command = this.#byId.get(id);
    if (command === undefined) throw new Error(`There is no command "${id}".`);
    return command;
  }

  /** Runs a command unless it is unknown or refused; returns whether it ran. */
  run(id: string): boolean {
    const command = this.#byId.get(id);
    if (command === undefined || (command.refuse?.() ?? null) !== null) return false;
    command.run();
    return true;
  }
}

export const [useCommands, provideCommands] = createContext<Commands>();

/** Refuses without an open photo. */
export const needsPhoto = (editor: Editor): string | null =>
  editor.photo === null ? m.refuse_no_photo() : null;
/** Refuses without a restored result. */
export const needsResult = (editor: Editor): string | null =>
  needsPhoto(editor) ?? (editor.photo?.hasResult === true ? null : m.refuse_no_result());
