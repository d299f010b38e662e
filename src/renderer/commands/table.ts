/** Every command of the editor, with its keys: the menus, tooltips, the sheet and the key handler read this table. */
import * as m from '#texts/messages.js';
import { nextLabels } from '../../shared/history.js';
import type { CompareMode } from '../canvas/compare.js';
import type { App } from '../state/app.svelte.js';
import type { Tool } from '../state/view.svelte.js';
import { stepName } from '../texts/steps.js';
import type { Keys } from './keys.js';

export type Group = 'file' | 'edit' | 'restore' | 'view' | 'tools' | 'help';
export const GROUPS: readonly Group[] = ['file', 'edit', 'restore', 'view', 'tools', 'help'];

export interface Command {
  readonly id: string;
  readonly group: Group;
  readonly label: () => string;
  /** What it would do just now, where that says more than the label. */
  readonly now?: (app: App) => string | null;
  readonly keys: readonly Keys[];
  readonly run: (app: App) => void;
  /** Why it cannot be used now; null: it can. */
  readonly refuse?: (app: App) => string | null;
  /** For commands that are on or off. */
  readonly checked?: (app: App) => boolean;
  /** Called when the key is let go. */
  readonly release?: (app: App) => void;
}

const needsPhoto = (app: App): string | null => (app.photo === null ? m.refuse_no_photo() : null);
const needsResult = (app: App): string | null =>
  needsPhoto(app) ?? (app.photo?.hasResult === true ? null : m.refuse_no_result());

function named(name: (what: { step: string }) => string, step: string | null): string | null {
  return step === null ? null : name({ step: stepName(step) });
}

function toolCommand(tool: Tool, label: () => string, keys: readonly Keys[]): Command {
  return {
    ...{ id: `tool.${tool}`, group: 'tools', label, keys, refuse: needsPhoto },
    run: ({ view, brush }) => {
      view.tool = tool;
      if (tool === 'brush') brush.erase = false;
      if (tool === 'hint') view.panel = 'hints';
      else if (tool !== 'hand' && tool !== 'zoom') view.panel = 'regions';
    },
    checked: ({ view }) => view.tool === tool,
  };
}

function compareCommand(mode: CompareMode, label: () => string): Command {
  return {
    ...{ id: `compare.${mode}`, group: 'view', label, keys: [], refuse: needsPhoto },
    run: (app) => {
      app.view.mode = mode;
      app.keep({ compare: mode });
    },
    checked: ({ view }) => view.mode === mode,
  };
}

export const COMMANDS: readonly Command[] = [
  {
    ...{ id: 'file.open', group: 'file', label: m.command_open, keys: ['Mod+O'] },
    run: (app) => void app.pick(),
  },
  {
    ...{ id: 'file.sample', group: 'file', label: m.command_sample, keys: [] },
    run: (app) => void app.openSample(),
  },
  {
    ...{ id: 'file.export', group: 'file', label: m.command_export, keys: ['Mod+E'] },
    refuse: needsResult,
    run: ({ view }) => (view.panel = 'export'),
  },
  {
    ...{ id: 'file.save', group: 'file', label: m.command_save, keys: ['Mod+S'] },
    refuse: (app) =>
      needsPhoto(app) ?? (app.photo?.keeper.saving === true ? m.refuse_saving() : null),
    run: (app) => void app.save(),
  },
  {
    ...{ id: 'file.close', group: 'file', label: m.command_close, keys: ['Mod+W'] },
    refuse: needsPhoto,
    run: (app) => void app.close(),
  },
  {
    ...{ id: 'file.settings', group: 'file', label: m.command_settings, keys: ['Mod+,'] },
    run: (app) => (app.dialog = 'settings'),
  },
  {
    ...{ id: 'edit.undo', group: 'edit', label: m.command_undo, keys: ['Mod+Z'] },
    refuse: (app) => needsPhoto(app) ?? (app.photo?.canUndo === true ? null : m.refuse_undo()),
    now: ({ photo }) => named(m.undo_what, photo && nextLabels(photo.edit.history).undo),
    run: (app) => app.photo?.undo(),
  },
  {
    ...{ id: 'edit.redo', group: 'edit', label: m.command_redo, keys: ['Mod+Shift+Z', 'Mod+Y'] },
    refuse: (app) => needsPhoto(app) ?? (app.photo?.canRedo === true ? null : m.refuse_redo()),
    now: ({ photo }) => named(m.redo_what, photo && nextLabels(photo.edit.history).redo),
    run: (app) => app.photo?.redo(),
  },
  {
    ...{ id: 'edit.copy', group: 'edit', label: m.command_copy_edit, keys: ['Mod+Shift+C'] },
    refuse: needsPhoto,
    run: (app) => app.copyEdit(),
  },
  {
    ...{ id: 'edit.paste', group: 'edit', label: m.command_paste_edit, keys: ['Mod+Shift+V'] },
    refuse: (app) => needsPhoto(app) ?? (app.clipboard.copied === null ? m.refuse_paste() : null),
    run: (app) => (app.dialog = 'paste'),
  },
  {
    ...{ id: 'edit.presets', group: 'edit', label: m.command_presets, keys: ['P'] },
    refuse: needsPhoto,
    run: (app) => (app.dialog = 'presets'),
  },
  {
    ...{ id: 'edit.history', group: 'edit', label: m.command_history, keys: ['Y'] },
    refuse: needsPhoto,
    run: ({ view }) => (view.panel = 'history'),
  },
  {
    ...{ id: 'restore.run', group: 'restore', label: m.command_restore, keys: ['R'] },
    refuse: (app) => needsPhoto(app) ?? (app.photo?.busy === true ? m.refuse_busy() : null),
    run: (app) => app.restore(),
  },
  {
    ...{ id: 'restore.cancel', group: 'restore', label: m.command_cancel, keys: ['Escape'] },
    refuse: (app) => (app.photo?.busy === true ? null : m.refuse_idle()),
    run: (app) => void app.photo?.stop(),
  },
  {
    ...{ id: 'view.fit', group: 'view', label: m.command_fit, keys: ['0'], refuse: needsPhoto },
    run: ({ view }) => view.fit(),
  },
  {
    ...{ id: 'view.100', group: 'view', label: m.command_100, keys: ['1'], refuse: needsPhoto },
    run: ({ view }) => view.zoomTo(1),
  },
  {
    ...{ id: 'view.200', group: 'view', label: m.command_200, keys: ['2'], refuse: needsPhoto },
    run: ({ view }) => view.zoomTo(2),
  },
  {
    ...{
      id: 'view.in',
      group: 'view',
      label: m.command_zoom_in,
      keys: ['+', '=', 'Mod++', 'Mod+='],
    },
    refuse: needsPhoto,
    run: ({ view }) => view.zoomStep(1),
  },
  {
    ...{ id: 'view.out', group: 'view', label: m.command_zoom_out, keys: ['-', 'Mod+-'] },
    refuse: needsPhoto,
    run: ({ view }) => view.zoomStep(-1),
  },
  {
    ...{ id: 'view.hold', group: 'view', label: m.command_hold, keys: ['\\'], refuse: needsResult },
    run: ({ view }) => (view.held = true),
    release: ({ view }) => (view.held = false),
  },
  compareCommand('result', m.compare_result),
  compareCommand('split', m.compare_split),
  compareCommand('side', m.compare_side),
  compareCommand('difference', m.compare_difference),
  {
    ...{ id: 'view.mask', group: 'view', label: m.command_mask, keys: ['M'], refuse: needsPhoto },
    run: ({ view }) => (view.maskShown = !view.maskShown),
    checked: ({ view }) => view.maskShown,
  },
  {
    ...{ id: 'view.next', group: 'view', label: m.command_next, keys: ['PageDown'] },
    refuse: needsPhoto,
    run: ({ photos }) => photos.step(1),
  },
  {
    ...{ id: 'view.previous', group: 'view', label: m.command_previous, keys: ['PageUp'] },
    refuse: needsPhoto,
    run: ({ photos }) => photos.step(-1),
  },
  toolCommand('hand', m.tool_hand, ['H']),
  toolCommand('zoom', m.tool_zoom, ['Z']),
  toolCommand('brush', m.tool_brush, ['B']),
  {
    ...{ id: 'tool.eraser', group: 'tools', label: m.tool_eraser, keys: ['E'], refuse: needsPhoto },
    run: (app) => {
      runCommand(app, 'tool.brush');
      app.brush.erase = true;
    },
    checked: ({ view, brush }) => view.tool === 'brush' && brush.erase,
  },
  {
    ...{ id: 'tools.swap', group: 'tools', label: m.command_swap, keys: ['X'], refuse: needsPhoto },
    run: ({ brush }) => (brush.erase = !brush.erase),
  },
  {
    ...{ id: 'tools.smaller', group: 'tools', label: m.command_smaller, keys: ['['] },
    refuse: needsPhoto,
    run: ({ brush }) => brush.step(-1),
  },
  {
    ...{ id: 'tools.larger', group: 'tools', label: m.command_larger, keys: [']'] },
    refuse: needsPhoto,
    run: ({ brush }) => brush.step(1),
  },
  {
    ...{ id: 'tools.softer', group: 'tools', label: m.command_softer, keys: ['Shift+['] },
    refuse: needsPhoto,
    run: ({ brush }) => brush.harden(-1),
  },
  {
    ...{ id: 'tools.harder', group: 'tools', label: m.command_harder, keys: ['Shift+]'] },
    refuse: needsPhoto,
    run: ({ brush }) => brush.harden(1),
  },
  toolCommand('rectangle', m.tool_rectangle, []),
  toolCommand('ellipse', m.tool_ellipse, []),
  toolCommand('lasso', m.tool_lasso, ['L']),
  toolCommand('hint', m.tool_hint, ['I']),
  {
    ...{ id: 'tools.pan', group: 'tools', label: m.command_space, keys: ['Space'] },
    refuse: needsPhoto,
    run: ({ view }) => (view.hand = true),
    release: ({ view }) => (view.hand = false),
  },
  {
    ...{ id: 'help.shortcuts', group: 'help', label: m.command_shortcuts, keys: ['?'] },
    run: (app) => (app.dialog = 'shortcuts'),
  },
];

const BY_ID = new Map(COMMANDS.map((command) => [command.id, command]));

/** The command of that name; names in the source are known to exist. */
export function commandOf(id: string): Command {
  const command = BY_ID.get(id);
  if (command === undefined) throw new Error(`There is no command "${id}".`);
  return command;
}

/** Runs a command unless it is refused; tells whether it ran. */
export function runCommand(app: App, id: string): boolean {
  const command = BY_ID.get(id);
  if (command === undefined || (command.refuse?.(app) ?? null) !== null) return false;
  command.run(app);
  return true;
}
