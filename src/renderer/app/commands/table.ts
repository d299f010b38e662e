/** Every command of the editor, with its keys: the menus, tooltips, the sheet and the key handler read this table. */
import * as m from '#texts/messages.js';
import { nextLabels } from '../../../shared/edit/history.js';
import type { CompareMode } from '../../../shared/contracts/settings.js';
import { copyResult } from '../../features/export/copy-result.js';
import type { App } from '../app.svelte.js';
import { stepName } from '../../texts/steps.js';
import { needsPhoto, needsResult, type Command } from '../../editor/commands/command.js';
import { PHOTO_COMMANDS } from '../../features/filmstrip/commands.js';
import { TOOL_COMMANDS } from './tools.js';

function named(name: (what: { step: string }) => string, step: string | null): string | null {
  return step === null ? null : name({ step: stepName(step) });
}

function compareCommand(mode: CompareMode, label: () => string): Command {
  return {
    separated: mode === 'result',
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
    ...{
      id: 'file.export',
      group: 'file',
      separated: true,
      label: m.command_export,
      keys: ['Mod+E'],
    },
    refuse: needsResult,
    run: ({ view }) => (view.panel = 'export'),
  },
  {
    ...{ id: 'file.batch', group: 'file', label: m.command_batch, keys: ['Mod+Shift+E'] },
    run: (app) => {
      app.batches.offer();
      app.dialog = 'batch';
    },
  },
  {
    ...{ id: 'file.save', group: 'file', label: m.command_save, keys: ['Mod+S'] },
    refuse: (app) =>
      needsPhoto(app) ?? (app.photo?.persistence.saving === true ? m.refuse_saving() : null),
    run: (app) => void app.save(),
  },
  {
    ...{
      id: 'file.close',
      group: 'file',
      separated: true,
      label: m.command_close,
      keys: ['Mod+W'],
    },
    refuse: needsPhoto,
    run: (app) => void app.close(),
  },
  {
    ...{
      id: 'file.settings',
      group: 'file',
      separated: true,
      label: m.command_settings,
      keys: ['Mod+,'],
    },
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
    ...{
      id: 'edit.copy-photo',
      group: 'edit',
      separated: true,
      label: m.command_copy,
      keys: ['Mod+C'],
    },
    refuse: needsPhoto,
    run: (app) => void copyResult(app),
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
    ...{
      id: 'edit.presets',
      group: 'edit',
      separated: true,
      label: m.command_presets,
      keys: ['P'],
    },
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
    ...{
      id: 'view.mask',
      group: 'view',
      separated: true,
      label: m.command_mask,
      keys: ['M'],
      refuse: needsPhoto,
    },
    run: ({ view }) => (view.maskShown = !view.maskShown),
    checked: ({ view }) => view.maskShown,
  },
  ...PHOTO_COMMANDS,
  ...TOOL_COMMANDS,
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
