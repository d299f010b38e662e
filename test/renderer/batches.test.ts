/** Batches in the editor: the draft, and the batches of the host. */
import { describe, expect, it } from 'vitest';
import { BatchDraft } from '../../src/renderer/features/batch/batch-draft.svelte.js';
import { Batches } from '../../src/renderer/features/batch/batches.svelte.js';
import type { BatchPhotoRow, FoundPhotos } from '../../src/shared/protocol/batches.js';
import { shareDone } from '../../src/shared/protocol/batches.js';
import type { FileEntry } from '../../src/shared/protocol/calls.js';
import { completeSettings } from '../../src/shared/contracts/settings.js';
import { batchRow, Host, settle } from './double.js';

const SETTINGS = completeSettings({});

function entry(name: string, kind: FileEntry['kind'] = 'photo'): FileEntry {
  return { ref: `f-${name.padEnd(16, '0')}`, name, kind, bytes: 10, modified: null };
}

const FOUND: FoundPhotos = {
  ...{ count: 2, bytes: 20, missing: [], homeless: false },
  example: {
    ...{ name: 'a.tif', within: 'day 1', width: 60, height: 40, format: 'tiff', bits: 16 },
    taken: '2026-02-03T04:05:06',
  },
};

function photo(number: number, state: BatchPhotoRow['state'] = 'waiting'): BatchPhotoRow {
  return {
    ...{ number, state, name: `${number}.jpg`, within: '', bytes: 10, file: null, result: null },
    ...{ because: null, error: null, warnings: [], megapixels: null, ms: null },
  };
}

describe('a batch that is being set up', () => {
  it('counts the photos after each change and adds each entry once', async () => {
    const host = new Host();
    const draft = new BatchDraft(host);
    const a = entry('a');
    draft.add([a]);
    draft.add([a, entry('b', 'folder')]);
    expect(draft.inputs.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(host.of('findBatch')).toHaveLength(2);
    expect(host.of('findBatch')[0]!.signal.aborted).toBe(true);
    expect(host.of('findBatch')[1]!.input).toMatchObject({ inputs: [a.ref, entry('b').ref] });
    await host.of('findBatch')[1]!.answer(FOUND);
    draft.remove(a);
    expect(host.of('findBatch')).toHaveLength(3);
  });

  it('reports why it cannot start', async () => {
    const host = new Host();
    const draft = new BatchDraft(host);
    const choice = (namingTemplate = '{stem}') => ({ ...draft.choice(SETTINGS), namingTemplate });
    const problem = (template?: string) =>
      draft.problem(draft.plan(choice(template), 'adn'), choice(template));
    expect(problem()).toBe('no-photos');
    draft.add([entry('a')]);
    expect(problem()).toBe('searching');
    await host.of('findBatch')[0]!.answer({ ...FOUND, homeless: true });
    expect(problem()).toBe('no-folder');
    draft.setFolder(entry('out', 'folder'));
    await host.of('findBatch')[1]!.answer({ ...FOUND, homeless: true });
    expect(problem()).toBeNull();
    expect(problem('{nothing}')).toBe('name');
    expect(problem('same')).toBe('names-alike');
    draft.findPhotos();
    await host.of('findBatch')[2]!.answer({ ...FOUND, count: 0 });
    expect(problem()).toBe('no-photos');
  });

  it('shows the output name and subfolder of the first photo', async () => {
    const host = new Host();
    const draft = new BatchDraft(host);
    draft.add([entry('a')]);
    await host.of('findBatch')[0]!.answer(FOUND);
    const choice = { ...draft.choice(SETTINGS), namingTemplate: '{date}-{stem}-{counter:2}' };
    expect(draft.plan(choice, 'adn').name).toBe('2026-02-03-a-01.tif');
    expect(draft.subfolder).toBe('');
    draft.setFolder(entry('out', 'folder'));
    expect(draft.subfolder).toBe('day 1');
  });

  it('starts with the chosen settings, and keeps the draft if it cannot start', async () => {
    const host = new Host();
    const batches = new Batches(host);
    batches.draft.add([entry('a')]);
    await host.of('findBatch')[0]!.answer(FOUND);
    batches.draft.choose({ format: 'jpeg', quality: 90, depth: 16 });
    const start = () => batches.start(batches.draft.choice(SETTINGS), SETTINGS);
    const refused = start();
    await host.of('startBatch')[0]!.refuse({ code: 'disk-full', params: { reason: 'unnamed' } });
    expect(await refused).toBe(false);
    expect(batches.draft.error).toMatchObject({ code: 'disk-full' });
    expect(batches.draft.inputs).toHaveLength(1);
    const begun = start();
    expect(host.of('startBatch')[1]!.input).toMatchObject({
      // JPEG has one depth only.
      settings: { format: 'jpeg', quality: 90, depth: null, folder: null, onExist: 'rename' },
    });
    await host.of('startBatch')[1]!.answer(batchRow());
    expect(await begun).toBe(true);
    expect(batches.draft.inputs).toEqual([]);
    expect(batches.shown).toMatchObject({ batch: 1 });
  });
});

describe('batches of the host', () => {
  async function watching(photos: readonly BatchPhotoRow[]): Promise<[Batches, Host]> {
    const host = new Host();
    const batches = new Batches(host);
    batches.handle({ type: 'batch', batch: batchRow(), photo: null });
    batches.show(1);
    await host.of('batchPhotos')[0]!.answer(photos);
    return [batches, host];
  }

  it('are listed newest first until they are removed', async () => {
    const [batches] = await watching([]);
    batches.handle({ type: 'batch', batch: batchRow({ batch: 2, state: 'queued' }), photo: null });
    expect(batches.list.map(({ batch }) => batch)).toEqual([2, 1]);
    batches.handle({ type: 'batch-removed', batch: 1 });
    expect(batches.list.map(({ batch }) => batch)).toEqual([2]);
    expect(batches.photos).toBeNull();
  });

  it('show the current state of photos that match the filter', async () => {
    const [batches, host] = await watching([photo(1), photo(2)]);
    const handle = (one: BatchPhotoRow) =>
      batches.handle({ type: 'batch', batch: batchRow(), photo: one });
    handle(photo(1, 'done'));
    expect(batches.photos!.list.map(({ state }) => state)).toEqual(['done', 'waiting']);
    batches.photos!.show('waiting');
    await host.of('batchPhotos')[1]!.answer([photo(2)]);
    handle(photo(2, 'failed'));
    expect(batches.photos!.list).toEqual([]);
    batches.photos!.show('failed');
    await host.of('batchPhotos')[2]!.answer([]);
    handle(photo(2, 'failed'));
    expect(batches.photos!.list).toHaveLength(1);
  });

  it('open on a running or waiting batch unless a draft was begun', async () => {
    const host = new Host();
    const batches = new Batches(host);
    batches.offer();
    expect(batches.photos).toBeNull();
    batches.handle({ type: 'batch', batch: batchRow({ state: 'finished' }), photo: null });
    batches.offer();
    expect(batches.photos).toBeNull();
    batches.handle({ type: 'batch', batch: batchRow({ batch: 2, state: 'paused' }), photo: null });
    batches.draft.add([entry('a')]);
    batches.offer();
    expect(batches.photos).toBeNull();
    batches.draft.remove(batches.draft.inputs[0]!);
    batches.offer();
    expect(batches.photos?.batch).toBe(2);
    await settle();
  });

  it("keep the host's refusal", async () => {
    const [batches, host] = await watching([]);
    const asked = batches.act('resumeBatch', 1);
    await host
      .of('resumeBatch')[0]!
      .refuse({ code: 'batch-busy', params: { reason: 'elsewhere' } });
    await asked;
    expect(batches.error).toMatchObject({ code: 'batch-busy' });
  });

  it('count the current photo by its tiles', () => {
    const { progress } = batchRow();
    const half = batchRow({
      current: { name: 'a', done: 0.5 },
      progress: { ...progress, bytes: 10 },
    });
    expect(shareDone(half)).toBeCloseTo(0.75);
    const none = { ...progress, counts: { ...progress.counts, waiting: 0 }, totalBytes: 0 };
    expect(shareDone(batchRow({ state: 'finished', progress: none }))).toBe(1);
  });
});
