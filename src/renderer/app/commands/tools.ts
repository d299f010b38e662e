/** The commands of the tools: which one is taken, and how large and hard the brush is. */
import * as m from '#texts/messages.js';
import type { Tool } from '../../editor/view.svelte.js';
import { needsPhoto, type Command } from '../../editor/commands/command.js';
import type { Keys } from '../../editor/commands/keys.js';

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

const brush = toolCommand('brush', m.tool_brush, ['B']);

export const TOOL_COMMANDS: readonly Command[] = [
  toolCommand('hand', m.tool_hand, ['H']),
  toolCommand('zoom', m.tool_zoom, ['Z']),
  brush,
  {
    ...{ id: 'tool.eraser', group: 'tools', label: m.tool_eraser, keys: ['E'], refuse: needsPhoto },
    run: (app) => {
      brush.run(app);
      app.brush.erase = true;
    },
    checked: ({ view, brush }) => view.tool === 'brush' && brush.erase,
  },
  {
    ...{
      id: 'tools.swap',
      group: 'tools',
      separated: true,
      label: m.command_swap,
      keys: ['X'],
      refuse: needsPhoto,
    },
    run: ({ brush }) => (brush.erase = !brush.erase),
  },
  {
    ...{
      id: 'tools.smaller',
      group: 'tools',
      separated: true,
      label: m.command_smaller,
      keys: ['['],
    },
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
];
