import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeEngine, makeFolder, makePhoto, restoreTo } from './harness.js';
import { NEVER, settingsOf, TestSessions } from './session-harness.js';
import { restorePhoto } from '../../src/main/app/restore-photo.js';
import { measureNetwork } from '../../src/main/engine/network/measure.js';
import { loadManifest } from '../../src/main/plugins/verify.js';
import { TileGate } from './tile-gate.js';
import { makeTinyPlugin } from './tiny-plugin.js';

const gate = await TileGate.open();
const engine = makeEngine({ spawn: gate.spawn });
let folder: Awaited<ReturnType<typeof makeFolder>>;
let photo: string;

beforeAll(async () => {
  folder = await makeFolder();
  photo = await makePhoto(folder.path, 100, 80);
});
afterAll(async () => {
  await engine.close();
  await gate.close();
  await folder.remove();
});

describe('providers', () => {
  it('are all listed, each tested or with a reason', async () => {
    const statuses = await engine.probeProviders(new AbortController().signal);
    expect(statuses.map(({ id }) => id)).toEqual(['cpu', 'webgpu', 'dml', 'coreml', 'cuda']);
    expect(statuses[0]).toMatchObject({ available: true, probed: true, reason: null });
    for (const status of statuses) {
      expect(status.available).toBe(status.reason === null);
    }
  });

  it('fall back to the CPU, with a warning if requested by name', async () => {
    const plugin = await makeTinyPlugin(folder.path, 'staged');
    const absent = process.platform === 'darwin' ? 'dml' : 'coreml';
    const named = await restoreTo(engine, 'named', { input: photo, plugin, provider: absent });
    expect(named.report.provider).toBe('cpu');
    expect(named.report.warnings[0]).toMatchObject({ code: 'device-replaced' });
    const auto = await restoreTo(engine, 'auto', { input: photo, plugin, provider: 'auto' });
    expect(auto.report.warnings).toEqual([]);
    const cpu = await restoreTo(engine, 'cpu', { input: photo, plugin });
    expect(named.pixels.equals(cpu.pixels)).toBe(true);
  });

  it('keep their sessions loaded for the next photo', async () => {
    const plugin = await makeTinyPlugin(folder.path, 'staged');
    const request = { input: photo, plugin };
    await restoreTo(engine, 'first', request);
    expect((await restoreTo(engine, 'second', request)).report.loadMs).toBe(0);
  });
});

describe('a broken plug-in', () => {
  const restore = (plugin: string) =>
    restorePhoto(new AbortController().signal, engine, { input: photo, plugin, provider: 'cpu' });

  it('is rejected with a reason', async () => {
    await expect(restore(folder.path)).rejects.toMatchObject({ code: 'plugin-missing' });
    const plugin = await makeTinyPlugin(join(folder.path, 'broken'), 'single');
    await writeFile(join(plugin, 'model.onnx'), 'not a graph');
    await expect(restore(plugin)).rejects.toMatchObject({ code: 'plugin-invalid' });
    await writeFile(join(plugin, 'plugin.json'), '{ "manifestVersion": 1 }');
    await expect(restore(plugin)).rejects.toMatchObject({ code: 'plugin-invalid' });
  });

  it('is rejected if it leaves its folder or differs from its hash', async () => {
    const plugin = await makeTinyPlugin(join(folder.path, 'out'), 'single');
    const base = { manifestVersion: 1, id: 'x', name: 'x', version: '1' };
    const write = (manifest: object) =>
      writeFile(join(plugin, 'plugin.json'), JSON.stringify({ ...base, ...manifest }));
    await write({ file: '../tiny-single/model.onnx' });
    await expect(restore(plugin)).rejects.toMatchObject({ code: 'plugin-invalid' });
    await write({ file: 'model.onnx', sha256: '0'.repeat(64) });
    await expect(restore(plugin)).rejects.toMatchObject({ code: 'plugin-invalid' });
  });
});

describe('the test of one provider', () => {
  it('returns its device, its speed and its tile', async () => {
    const plugin = await makeTinyPlugin(folder.path, 'staged');
    const test = await engine.testProvider(NEVER, 'cpu', plugin);
    expect(test.status).toMatchObject({ id: 'cpu', available: true, probed: true, reason: null });
    expect(test.status.device).toBe(cpus()[0]?.model.trim());
    expect(test.secondsPerMegapixel).toBeGreaterThan(0);
    expect(test.tile).toBe(96);
  });

  it('measures the fastest run after the first, in seconds per megapixel', async () => {
    const plugin = await makeTinyPlugin(folder.path, 'staged', { preferred: 128 });
    const times = [900, 80, 50];
    const loaded = { provider: 'cpu', device: null, loadMs: 0, warnings: [] } as const;
    const worker = {
      load: () => Promise.resolve(loaded),
      runStage: () => Promise.resolve({ ms: times.shift()!, difficulty: null, maps: {} }),
    };
    const measured = await measureNetwork(worker, plugin, await loadManifest(plugin), 'cpu');
    expect(measured.tile).toBe(128);
    expect(measured.secondsPerMegapixel).toBeCloseTo(0.05 / (128 ** 2 / 1e6), 9);
  });

  it('returns the smaller tile that fits the memory', async () => {
    const plugin = await makeTinyPlugin(folder.path, 'hungry', { preferred: 512, max: 512 });
    expect(await engine.testProvider(NEVER, 'cpu', plugin)).toMatchObject({ tile: 128 });
  });

  it('returns the reason why a network does not run', async () => {
    const plugin = await makeTinyPlugin(folder.path, 'failing');
    const test = await engine.testProvider(NEVER, 'cpu', plugin);
    expect(test).toMatchObject({ secondsPerMegapixel: null, tile: null });
    expect(test.status.available).toBe(false);
    expect(test.status.reason).not.toBeNull();
    const absent = process.platform === 'darwin' ? 'dml' : 'coreml';
    const missing = await engine.testProvider(NEVER, absent, plugin);
    expect(missing).toMatchObject({ status: { available: false }, tile: null });
  });

  it('pauses a restoration, which then continues', async () => {
    const plugin = await makeTinyPlugin(folder.path, 'staged');
    const sessions = new TestSessions(engine);
    const large = await makePhoto(folder.path, 300, 200);
    await sessions.open('p-rest', large);
    const stages = () => sessions.emitted.filter(({ event }) => event.type === 'stage').length;
    const held = gate.hold({ step: 2 });
    const finishing = sessions.finish('p-rest', settingsOf(plugin));
    await held;
    const before = stages();
    const testing = engine.testProvider(NEVER, 'cpu', plugin).then(() => stages() - before);
    // The engine answers calls in order, so it has received the request to pause.
    await sessions.tile('p-rest');
    gate.release();
    // Only the current step finishes; its tile has two stages.
    expect(await testing).toBe(2);
    const { last, events } = await finishing;
    expect(last.type).toBe('finished');
    expect(stages()).toBeGreaterThan(before + 2);
    expect(events.some(({ type }) => type === 'retried')).toBe(false);
    await sessions.dispose();
  });

  it('ends at once on an abort, and inference continues', async () => {
    const plugin = await makeTinyPlugin(folder.path, 'staged');
    const controller = new AbortController();
    const testing = engine.testProvider(controller.signal, 'cpu', plugin);
    controller.abort();
    await expect(testing).rejects.toMatchObject({ code: 'cancelled' });
    const after = await restoreTo(engine, 'after', { input: photo, plugin });
    expect(after.report.tiles.processed).toBeGreaterThan(0);
  });
});
