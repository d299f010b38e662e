/** Commands that select a tool or change the brush. */
import * as m from '#texts/messages.js';
import type { Editor } from '../../editor/editor.svelte.js';
import type { Tool } from '../../editor/view.svelte.js';
import { needsPhoto, type Command } from '../../editor/commands/command.js';
import type { Keys } from '../../editor/commands/keys.js';

function toolCommand(
  editor: Editor,
  tool: Tool,
  label: () => string,
  keys: readonly Keys[],
): Command {
  const { view, brush } = editor;
  return {
    ...{ id: `tool.${tool}`, group: 'tools', label, keys, refuse: () => needsPhoto(editor) },
    run: () => {
      view.tool = tool;
      if (tool === 'brush') brush.erase = false;
      if (tool === 'hint') view.panel = 'hints';
      else if (tool !== 'hand' && tool !== 'zoom') view.panel = 'regions';
    },
    checked: () => view.tool === tool,
  };
}

export function toolCommands(editor: Editor): Command[] {
  const { view, brush } = editor;
  const brushCommand = toolCommand(editor, 'brush', m.tool_brush, ['B']);
  return [
    toolCommand(editor, 'hand', m.tool_hand, ['H']),
    toolCommand(editor, 'zoom', m.tool_zoom, ['Z']),
    brushCommand,
    {
      ...{
        id: 'tool.eraser',
        group: 'tools',
        label: m.tool_eraser,
        keys: ['E'],
        refuse: () => needsPhoto(editor),
      },
      run: () => {
        brushCommand.run();
        brush.erase = true;
      },
      checked: () => view.tool === 'brush' && brush.erase,
    },
    {
      ...{
        id: 'tools.swap',
        group: 'tools',
        separated: true,
        label: m.command_swap,
        keys: ['X'],
        refuse: () => needsPhoto(editor),
      },
      run: () => (brush.erase = !brush.erase),
    },
    {
      ...{
        id: 'tools.smaller',
        group: 'tools',
        separated: true,
        label: m.command_smaller,
        keys: ['['],
      },
      refuse: () => needsPhoto(editor),
      run: () => brush.step(-1),
    },
    {
      ...{ id: 'tools.larger', group: 'tools', label: m.command_larger, keys: [']'] },
      refuse: () => needsPhoto(editor),
      run: () => brush.step(1),
    },
    {
      ...{ id: 'tools.softer', group: 'tools', label: m.command_softer, keys: ['Shift+['] },
      refuse: () => needsPhoto(editor),
      run: () => brush.harden(-1),
    },
    {
      ...{ id: 'tools.harder', group: 'tools', label: m.command_harder, keys: ['Shift+]'] },
      refuse: () => needsPhoto(editor),
      run: () => brush.harden(1),
    },
    toolCommand(editor, 'rectangle', m.tool_rectangle, []),
    toolCommand(editor, 'ellipse', m.tool_ellipse, []),
    toolCommand(editor, 'lasso', m.tool_lasso, ['L']),
    toolCommand(editor, 'hint', m.tool_hint, ['I']),
    {
      ...{ id: 'tools.pan', group: 'tools', label: m.command_space, keys: ['Space'] },
      refuse: () => needsPhoto(editor),
      run: () => (view.hand = true),
      release: () => (view.hand = false),
    },
  ];
}
