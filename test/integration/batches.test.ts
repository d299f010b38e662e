/** Makes the API's calls for batches, over the real journal, queue and engine. */
import { copyFileSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Batches } from '../../src/main/app/batches.js';
import { Downloads } from '../../src/main/app/downloads.js';
import { FileReferences } from '../../src/main/app/files.js';
import { PluginRegistry } from '../../src/main/plugins/registry.js';
import { PrivateFolder } from '../../src/main/storage/private-folder.js';
import { EventHub } from '../../src/main/app/service.js';
import { BatchRequest, type BatchRow } from '../../src/shared/protocol/batches.js';
import type { AppEvent } from '../../src/shared/protocol/events.js';
import { makeEngine, makeFolder, makePhoto } from '../engine/harness.js';
import { TileGate } from '../engine/tile-gate.js';
import { makeTinyPlugin } from '../engine/tiny-plugin.js';

const SIGNAL = new AbortController().signal;
const ORDER = { recursive: false, order: 'name', except: null, masks: null } as const;
const REQUEST = { plugin: 'tiny-soft', provider: 'cpu', skip: false } as const;

let folder: Awaited<ReturnType<typeof makeFolder>>;
let files: FileReferences;
let transfers: PrivateFolder;
let awake = 0;
const shares: (number | null)[] = [];
const running: Batches[] = [];
const gate = await TileGate.open();

beforeAll(async () => {
  folder = await makeFolder();
  const data = join(folder.path, 'data');
  vi.stubEnv('UNSMEAR_DATA_DIR', data);
  await makeTinyPlugin(join(data, 'plugins'), 'soft');
  transfers = new PrivateFolder(join(data, 'transfers'));
  files = new FileReferences(() => Promise.resolve([]));
});
afterAll(async () => {
  for (const batches of running) await batches.close();
  vi.unstubAllEnvs();
  await transfers.close();
  await gate.close();
  await folder.remove();
});

interface Host {
  readonly batches: Batches;
  readonly events: AppEvent[];
  readonly rows: () => BatchRow[];
  readonly until: (state: BatchRow['state']) => Promise<BatchRow>;
}

function host(): Host {
  const hub = new EventHub();
  const events: AppEvent[] = [];
  hub.onEvent((event) => events.push(event));
  const batches = new Batches({
    ...{ files, hub, downloads: new Downloads(transfers) },
    makeEngine: () => makeEngine({ spawn: gate.spawn }),
    keepAwake: () => {
      awake += 1;
      return () => (awake -= 1);
    },
    showProgress: (share) => shares.push(share),
    plugins: new PluginRegistry(),
    isPrivate: (path) => transfers.holds(path),
  });
  running.push(batches);
  const rows = (): BatchRow[] =>
    events.flatMap((event) => (event.type === 'batch' ? [event.batch] : []));
  const until = async (state: BatchRow['state']): Promise<BatchRow> => {
    await expect.poll(() => rows().at(-1)?.state).toBe(state);
    return rows().at(-1)!;
  };
  return { batches, events, rows, until };
}

/** Makes a folder of `count` photos, and one for their results. */
async function photos(
  name: string,
  count: number,
): Promise<{ given: string; into: string; out: string }> {
  const top = join(folder.path, name);
  const out = join(folder.path, `${name}-out`);
  for (const path of [top, out]) mkdirSync(path);
  const photo = await makePhoto(folder.path, 96, 64);
  for (let i = 1; i <= count; i++) copyFileSync(photo, join(top, `${i}.png`));
  return { given: (await files.admit(top)).ref, into: (await files.admit(out)).ref, out };
}

const request = (folderRef: string | null) => BatchRequest.parse({ ...REQUEST, folder: folderRef });

describe('batches', () => {
  it('are found, begun, told of, and reported', async () => {
    const { batches, events, rows, until } = host();
    const { given, into, out } = await photos('told', 3);
    writeFileSync(join(folder.path, 'told', '4.png'), 'no picture');
    const inputs = { inputs: [given], ...ORDER };
    const found = await batches.calls.findBatch(SIGNAL, inputs);
    expect(found).toMatchObject({ count: 4, missing: [], homeless: false });
    expect(found.example).toMatchObject({ name: '1.png', width: 96, height: 64, format: 'png' });

    const held = gate.hold({ photo: 2 });
    const begun = await batches.calls.startBatch(SIGNAL, {
      photos: inputs,
      settings: request(into),
    });
    expect(begun).toMatchObject({
      state: 'running',
      model: 'tiny-soft',
      folder: { name: 'told-out' },
    });
    await held;
    const isPartial = () => shares.some((share) => share !== null && share > 0 && share < 1);
    await expect.poll(isPartial).toBe(true);
    gate.release();
    const { batch, progress } = await until('finished');
    expect(progress.counts).toEqual({ waiting: 0, working: 0, done: 3, skipped: 0, failed: 1 });
    expect(awake).toBe(0);
    expect(shares.at(-1)).toBeNull();
    expect(readdirSync(out).sort()).toEqual([1, 2, 3].map((n) => `${n}.deblurred.png`));
    expect(rows().some(({ current }) => current?.name === '2.png')).toBe(true);
    // Every photo's end is told once.
    const ends = events.flatMap((event) =>
      event.type === 'batch' && event.photo ? [event.photo] : [],
    );
    expect(ends.map(({ name, state }) => [name, state])).toEqual([
      ['1.png', 'done'],
      ['2.png', 'done'],
      ['3.png', 'done'],
      ['4.png', 'failed'],
    ]);
    const [failed] = await batches.calls.batchPhotos(SIGNAL, { batch, after: 0, only: 'failed' });
    expect(failed).toMatchObject({ name: '4.png', error: { code: 'image-broken' } });
    const listed = await batches.calls.batchPhotos(SIGNAL, { batch, after: 1, only: null });
    expect(listed.map(({ number }) => number)).toEqual([2, 3, 4]);
    expect(await files.resolve(listed[0]!.result!.file)).toBe(join(out, '2.deblurred.png'));
    // Editors see no paths.
    expect(JSON.stringify([found, begun, rows(), listed])).not.toContain(folder.path);

    for (const side of ['before', 'after'] as const) {
      const { body } = await batches.thumbnail({ kind: 'batch', batch, number: 1, side });
      expect(await sharp(body).metadata()).toMatchObject({ width: 96, height: 64 });
    }
    const broken = await batches.thumbnail({ kind: 'batch', batch, number: 4, side: 'before' });
    expect(await sharp(broken.body).metadata()).toMatchObject({ width: 1, height: 1 });
    const none = batches.thumbnail({ kind: 'batch', batch, number: 4, side: 'after' });
    await expect(none).rejects.toMatchObject({ code: 'file-missing' });

    const { name, download } = await batches.calls.batchReport(SIGNAL, { batch, format: 'csv' });
    expect(name).toBe(`unsmear-batch-${batch}.csv`);
    expect(download).toMatch(/^download\//);

    // Once its file is mended the failed photo is tried again; the others stay as they are.
    copyFileSync(join(folder.path, 'told', '1.png'), join(folder.path, 'told', '4.png'));
    await batches.calls.retryBatch(SIGNAL, { batch });
    await expect.poll(() => rows().at(-1)?.progress.counts.done).toBe(4);
    await until('finished');
    await batches.calls.removeBatch(SIGNAL, { batch });
    expect(await batches.calls.batches(SIGNAL, {})).toEqual([]);
    expect(readdirSync(out)).toHaveLength(4);
  });

  it('pause where they are and go on, also in another program', async () => {
    const first = host();
    const { given, into, out } = await photos('paused', 5);
    const inputs = { inputs: [given], ...ORDER };
    const begin = { photos: inputs, settings: request(into) };
    const held = gate.hold({ photo: 3 });
    const { batch } = await first.batches.calls.startBatch(SIGNAL, begin);
    await held;
    const paused = await first.batches.calls.pauseBatch(SIGNAL, { batch });
    expect(paused.state).toBe('paused');
    expect(readdirSync(out)).toHaveLength(2);
    const left = await first.batches.calls.removeBatchPhotos(SIGNAL, { batch, photos: [5] });
    expect(left).toMatchObject({ progress: { counts: { done: 2, working: 1, waiting: 1 } } });
    await first.batches.close();

    const second = host();
    expect(await second.batches.calls.batches(SIGNAL, {})).toMatchObject([
      { batch, state: 'paused' },
    ]);
    await second.batches.calls.resumeBatch(SIGNAL, { batch });
    await second.until('finished');
    expect(readdirSync(out)).toHaveLength(4);
    await second.batches.calls.removeBatch(SIGNAL, { batch });
  });

  it('wait for each other', async () => {
    const { batches, rows } = host();
    const a = await photos('first', 3);
    const b = await photos('second', 1);
    const start = ({ given, into }: typeof a) =>
      batches.calls.startBatch(SIGNAL, {
        photos: { inputs: [given], ...ORDER },
        settings: request(into),
      });
    const held = gate.hold();
    const one = await start(a);
    const two = await start(b);
    expect([one.state, two.state]).toEqual(['running', 'queued']);
    await held;
    gate.release();
    await expect.poll(() => rows().at(-1)?.state).toBe('finished');
    await expect.poll(() => readdirSync(b.out)).toHaveLength(1);
    expect(readdirSync(a.out)).toHaveLength(3);
    for (const { batch } of [one, two]) await batches.calls.removeBatch(SIGNAL, { batch });
  });

  it('do not follow links out of what may be read', async () => {
    const { batches } = host();
    const { given } = await photos('linked', 1);
    const elsewhere = await makeFolder();
    symlinkSync(await makePhoto(elsewhere.path, 96, 64), join(folder.path, 'linked', 'out.png'));
    const found = await batches.calls.findBatch(SIGNAL, { inputs: [given], ...ORDER });
    expect(found.count).toBe(1);
    await elsewhere.remove();
  });

  it('do not begin when their results would go to a file, or to a folder that is gone', async () => {
    const { batches, rows } = host();
    const { given, into, out } = await photos('misled', 1);
    const { ref: file } = await files.admit(join(folder.path, 'misled', '1.png'));
    const start = (to: string) =>
      batches.calls.startBatch(SIGNAL, {
        photos: { inputs: [given], ...ORDER },
        settings: request(to),
      });
    await expect(start(file)).rejects.toMatchObject({ code: 'output-unwritable' });
    rmSync(out, { recursive: true });
    await expect(start(into)).rejects.toMatchObject({ code: 'output-gone' });
    expect(rows()).toEqual([]);
  });

  it('of uploads want a folder, and of nothing are none', async () => {
    const { batches } = host();
    const path = join(await transfers.fresh(), 'sent.png');
    copyFileSync(await makePhoto(folder.path, 96, 64), path);
    const { ref } = await files.admit(path);
    const inputs = { inputs: [ref], ...ORDER };
    expect(await batches.calls.findBatch(SIGNAL, inputs)).toMatchObject({
      count: 1,
      homeless: true,
    });
    const homeless = batches.calls.startBatch(SIGNAL, { photos: inputs, settings: request(null) });
    await expect(homeless).rejects.toMatchObject({ code: 'folder-needed' });
    const none = batches.calls.startBatch(SIGNAL, {
      photos: { inputs: [], ...ORDER },
      settings: request(null),
    });
    await expect(none).rejects.toMatchObject({ code: 'file-missing' });
    const unknown = Promise.resolve().then(() => batches.calls.resumeBatch(SIGNAL, { batch: 999 }));
    await expect(unknown).rejects.toMatchObject({ code: 'batch-missing' });
  });

  it('stop, with the reason, when every further photo would meet it', async () => {
    const { batches, until } = host();
    const { given, into } = await photos('stopped', 2);
    const plugin = await makeTinyPlugin(join(folder.path, 'data', 'plugins'), 'identity');
    const held = gate.hold();
    const begin = batches.calls.startBatch(SIGNAL, {
      photos: { inputs: [given], ...ORDER },
      settings: { ...request(into), plugin: 'tiny-identity' },
    });
    const { batch } = await begin;
    await held;
    await batches.calls.pauseBatch(SIGNAL, { batch });
    rmSync(plugin, { recursive: true });
    await batches.calls.resumeBatch(SIGNAL, { batch });
    expect(await until('stopped')).toMatchObject({ error: { code: 'plugin-missing' } });
    await batches.calls.removeBatch(SIGNAL, { batch });
  });
});
