/** Names and times of history steps. */
import { describe, expect, it } from 'vitest';
import { moment } from '../../src/renderer/texts/format.js';
import { stepName } from '../../src/renderer/texts/steps.js';
import { editorCommands } from '../../src/renderer/app/commands/table.js';
import { PhotoState } from '../../src/renderer/editor/photo.svelte.js';
import type { App } from '../../src/renderer/app/app.svelte.js';
import { RegionOperation } from '../../src/shared/regions/index.js';
import { Host, opened } from './double.js';

describe('steps of the history', () => {
  it('have a name for every region operation; unknown ones show their key', () => {
    const kinds = RegionOperation.options.map(({ shape }) => shape.kind.value);
    for (const kind of kinds) expect(stepName(`region.${kind}`)).not.toBe(`region.${kind}`);
    expect(stepName('from.a.newer.version')).toBe('from.a.newer.version');
    expect(stepName('constructor')).toBe('constructor');
  });

  it('name the undo and redo commands', () => {
    const photo = new PhotoState(new Host(), opened(), 'f-0000000000000001');
    const commands = editorCommands({ photo } as unknown as App);
    const name = (id: string): string | null | undefined => commands.of(id).now?.();
    expect(name('edit.undo')).toBeNull();
    photo.addRegion({ kind: 'invert' });
    photo.change('strength', (now) => ({ ...now, strength: 0.5 }));
    photo.undo();
    expect([name('edit.undo'), name('edit.redo')]).toEqual([
      'Undo: Regions inverted',
      'Redo: Strength',
    ]);
  });
});

describe('the time of a step', () => {
  const at = new Date(2026, 4, 3, 14, 5).getTime();

  it('has no date on the same day and one later', () => {
    expect(moment(at, 'de', at + 3_600_000)).toBe('14:05');
    expect(moment(at, 'de', at + 86_400_000)).toContain('03.05.26');
  });
});
