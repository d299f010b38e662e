/** The groups of the commands by name. */
import * as m from '#texts/messages.js';
import type { Group } from '../../editor/commands/command.js';

export const GROUP_NAMES: Readonly<Record<Group, () => string>> = {
  file: m.group_file,
  edit: m.group_edit,
  restore: m.group_restore,
  view: m.group_view,
  photos: m.group_photos,
  tools: m.group_tools,
  help: m.group_help,
};
