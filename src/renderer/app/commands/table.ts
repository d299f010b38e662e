/**
 * Every command of the editor with its keys. Menus, tooltips, the shortcut sheet and the key
 * handler read it.
 */
import * as m from '#texts/messages.js';
import { nextLabels } from '../../../shared/edit/history.js';
import type { CompareMode } from '../../../shared/contracts/settings.js';
import { copyResult } from '../../features/export/copy-result.js';
import type { App } from '../app.svelte.js';
import type { PhotoState } from '../../editor/photo.svelte.js';
import { stepName } from '../../texts/steps.js';
import { Commands, needsPhoto, needsResult, type Command } from '../../editor/commands/command.js';
import { filmstripCommands } from '../../features/filmstrip/commands.js';
import { toolCommands } from './tools.js';

function stepLabel(
  label: (values: { step: string }) => string,
  photo: PhotoState | null,
  direction: 'undo' | 'redo',
): string | null {
  const step = photo && nextLabels(photo.edit.history)[direction];
  return step === null ? null : label({ step: stepName(step) });
}

function compareCommand(app: App, mode: CompareMode, label: () => string): Command {
  return {
    separated: mode === 'result',
    ...{ id: `compare.${mode}`, group: 'view', label, keys: [], refuse: () => needsPhoto(app) },
    run: () => {
      app.view.mode = mode;
      app.keep({ compare: mode });
    },
    checked: () => app.view.mode === mode,
  };
}

export function editorCommands(app: App): Commands {
  const { view } = app;
  return new Commands([
    {
      ...{ id: 'file.open', group: 'file', label: m.command_open, keys: ['Mod+O'] },
      run: () => void app.pick(),
    },
    {
      ...{ id: 'file.sample', group: 'file', label: m.command_sample, keys: [] },
      run: () => void app.openSample(),
    },
    {
      ...{
        id: 'file.export',
        group: 'file',
        separated: true,
        label: m.command_export,
        keys: ['Mod+E'],
      },
      refuse: () => needsResult(app),
      run: () => (view.panel = 'export'),
    },
    {
      ...{ id: 'file.batch', group: 'file', label: m.command_batch, keys: ['Mod+Shift+E'] },
      run: () => {
        app.batches.offer();
        app.dialog = 'batch';
      },
    },
    {
      ...{ id: 'file.save', group: 'file', label: m.command_save, keys: ['Mod+S'] },
      refuse: () =>
        needsPhoto(app) ?? (app.photo?.persistence.saving === true ? m.refuse_saving() : null),
      run: () => void app.save(),
    },
    {
      ...{
        id: 'file.close',
        group: 'file',
        separated: true,
        label: m.command_close,
        keys: ['Mod+W'],
      },
      refuse: () => needsPhoto(app),
      run: () => void app.close(),
    },
    {
      ...{
        id: 'file.settings',
        group: 'file',
        separated: true,
        label: m.command_settings,
        keys: ['Mod+,'],
      },
      run: () => (app.dialog = 'settings'),
    },
    {
      ...{ id: 'edit.undo', group: 'edit', label: m.command_undo, keys: ['Mod+Z'] },
      refuse: () => needsPhoto(app) ?? (app.photo?.canUndo === true ? null : m.refuse_undo()),
      now: () => stepLabel(m.undo_what, app.photo, 'undo'),
      run: () => app.photo?.undo(),
    },
    {
      ...{ id: 'edit.redo', group: 'edit', label: m.command_redo, keys: ['Mod+Shift+Z', 'Mod+Y'] },
      refuse: () => needsPhoto(app) ?? (app.photo?.canRedo === true ? null : m.refuse_redo()),
      now: () => stepLabel(m.redo_what, app.photo, 'redo'),
      run: () => app.photo?.redo(),
    },
    {
      ...{
        id: 'edit.copy-photo',
        group: 'edit',
        separated: true,
        label: m.command_copy,
        keys: ['Mod+C'],
      },
      refuse: () => needsPhoto(app),
      run: () => void copyResult(app),
    },
    {
      ...{ id: 'edit.copy', group: 'edit', label: m.command_copy_edit, keys: ['Mod+Shift+C'] },
      refuse: () => needsPhoto(app),
      run: () => app.copyEdit(),
    },
    {
      ...{ id: 'edit.paste', group: 'edit', label: m.command_paste_edit, keys: ['Mod+Shift+V'] },
      refuse: () => needsPhoto(app) ?? (app.clipboard.copied === null ? m.refuse_paste() : null),
      run: () => (app.dialog = 'paste'),
    },
    {
      ...{
        id: 'edit.presets',
        group: 'edit',
        separated: true,
        label: m.command_presets,
        keys: ['P'],
      },
      refuse: () => needsPhoto(app),
      run: () => (app.dialog = 'presets'),
    },
    {
      ...{ id: 'edit.history', group: 'edit', label: m.command_history, keys: ['Y'] },
      refuse: () => needsPhoto(app),
      run: () => (view.panel = 'history'),
    },
    {
      ...{ id: 'restore.run', group: 'restore', label: m.command_restore, keys: ['R'] },
      refuse: () => needsPhoto(app) ?? (app.photo?.busy === true ? m.refuse_busy() : null),
      run: () => app.restore(),
    },
    {
      ...{ id: 'restore.cancel', group: 'restore', label: m.command_cancel, keys: ['Escape'] },
      refuse: () => (app.photo?.busy === true ? null : m.refuse_idle()),
      run: () => void app.photo?.stop(),
    },
    {
      ...{
        id: 'view.fit',
        group: 'view',
        label: m.command_fit,
        keys: ['0'],
        refuse: () => needsPhoto(app),
      },
      run: () => view.fit(),
    },
    {
      ...{
        id: 'view.100',
        group: 'view',
        label: m.command_100,
        keys: ['1'],
        refuse: () => needsPhoto(app),
      },
      run: () => view.zoomTo(1),
    },
    {
      ...{
        id: 'view.200',
        group: 'view',
        label: m.command_200,
        keys: ['2'],
        refuse: () => needsPhoto(app),
      },
      run: () => view.zoomTo(2),
    },
    {
      ...{
        id: 'view.in',
        group: 'view',
        label: m.command_zoom_in,
        keys: ['+', '=', 'Mod++', 'Mod+='],
      },
      refuse: () => needsPhoto(app),
      run: () => view.zoomStep(1),
    },
    {
      ...{ id: 'view.out', group: 'view', label: m.command_zoom_out, keys: ['-', 'Mod+-'] },
      refuse: () => needsPhoto(app),
      run: () => view.zoomStep(-1),
    },
    {
      ...{
        id: 'view.hold',
        group: 'view',
        label: m.command_hold,
        keys: ['\\'],
        refuse: () => needsResult(app),
      },
      run: () => (view.held = true),
      release: () => (view.held = false),
    },
    compareCommand(app, 'result', m.compare_result),
    compareCommand(app, 'split', m.compare_split),
    compareCommand(app, 'side', m.compare_side),
    compareCommand(app, 'difference', m.compare_difference),
    {
      ...{
        id: 'view.mask',
        group: 'view',
        separated: true,
        label: m.command_mask,
        keys: ['M'],
        refuse: () => needsPhoto(app),
      },
      run: () => (view.maskShown = !view.maskShown),
      checked: () => view.maskShown,
    },
    ...filmstripCommands(app),
    ...toolCommands(app),
    {
      ...{ id: 'help.shortcuts', group: 'help', label: m.command_shortcuts, keys: ['?'] },
      run: () => (app.dialog = 'shortcuts'),
    },
  ]);
}
