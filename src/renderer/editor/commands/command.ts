/** What a command is: the shape of the rows of the table, and why rows are refused. */
import * as m from '#texts/messages.js';
import type { App } from '../../app/app.svelte.js';
import type { Keys } from './keys.js';

export type Group = 'file' | 'edit' | 'restore' | 'view' | 'photos' | 'tools' | 'help';
export const GROUPS: readonly Group[] = [
  ...(['file', 'edit', 'restore', 'view', 'photos', 'tools', 'help'] as const),
];

export interface Command {
  readonly id: string;
  readonly group: Group;
  readonly label: () => string;
  /** What it would do just now, where that says more than the label. */
  readonly now?: (app: App) => string | null;
  readonly keys: readonly Keys[];
  /** In menus a line stands above it: another kind of thing begins. */
  readonly separated?: boolean;
  readonly run: (app: App) => void;
  /** Why it cannot be used now; null: it can. */
  readonly refuse?: (app: App) => string | null;
  /** For commands that are on or off. */
  readonly checked?: (app: App) => boolean;
  /** Called when the key is let go. */
  readonly release?: (app: App) => void;
}

/** Refuses without a photo. */
export const needsPhoto = (app: App): string | null =>
  app.photo === null ? m.refuse_no_photo() : null;
/** Refuses without something restored. */
export const needsResult = (app: App): string | null =>
  needsPhoto(app) ?? (app.photo?.hasResult === true ? null : m.refuse_no_result());
