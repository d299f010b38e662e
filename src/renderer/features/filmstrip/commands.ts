/** The commands of the filmstrip: which photo comes next, in which order they are, and which are shown. */
import * as m from '#texts/messages.js';
import type { PhotoFilter, PhotoOrder } from '../../../shared/contracts/settings.js';
import type { App } from '../../app/app.svelte.js';
import { filterName, orderName } from '../../texts/names.js';
import { closeSharp } from './close-sharp.js';
import { needsPhoto, type Command } from '../../editor/commands/command.js';
import type { Keys } from '../../editor/commands/keys.js';

const needsTwo = ({ photos }: App): string | null =>
  photos.list.length < 2 ? m.refuse_two_photos() : null;

function orderCommand(order: PhotoOrder, keys: Keys): Command {
  return {
    ...{ id: `photos.order-${order}`, group: 'photos', keys: [keys], refuse: needsTwo },
    separated: order === 'opened',
    label: () => m.command_order({ order: orderName(order) }),
    run: (app) => app.keep({ photoOrder: order }),
    checked: ({ preferences }) => preferences.values.photoOrder === order,
  };
}

function filterCommand(filter: PhotoFilter, keys: Keys): Command {
  return {
    ...{ id: `photos.filter-${filter}`, group: 'photos', keys: [keys], refuse: needsTwo },
    separated: filter === 'all',
    label: () =>
      filter === 'all' ? m.strip_all() : m.command_filter({ filter: filterName(filter) }),
    run: (app) => app.keep({ photoFilter: filter }),
    checked: ({ preferences }) => preferences.values.photoFilter === filter,
  };
}

export const PHOTO_COMMANDS: readonly Command[] = [
  {
    ...{ id: 'photos.next', group: 'photos', label: m.command_next, keys: ['PageDown'] },
    refuse: needsPhoto,
    run: ({ photos }) => photos.step(1),
  },
  {
    ...{ id: 'photos.previous', group: 'photos', label: m.command_previous, keys: ['PageUp'] },
    refuse: needsPhoto,
    run: ({ photos }) => photos.step(-1),
  },
  orderCommand('opened', 'Shift+O'),
  orderCommand('blur', 'Shift+B'),
  orderCommand('name', 'Shift+N'),
  orderCommand('taken', 'Shift+D'),
  filterCommand('all', 'Shift+1'),
  filterCommand('blurred', 'Shift+2'),
  filterCommand('sharp', 'Shift+3'),
  filterCommand('unexported', 'Shift+4'),
  filterCommand('unsaved', 'Shift+5'),
  {
    ...{ id: 'photos.close-sharp', group: 'photos', separated: true, keys: [] },
    label: m.command_close_sharp,
    refuse: (app) =>
      needsPhoto(app) ?? (app.photos.sharp.length === 0 ? m.refuse_no_sharp() : null),
    run: (app) => void closeSharp(app),
  },
];
