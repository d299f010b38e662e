import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeEngine, makeFolder, makePhoto, restoreTo } from './harness.js';
import { NEVER, specOf, TestStudio } from './studio-harness.js';
import { makeTinyPlugin } from './tiny-plugin.js';

const engine = makeEngine();
let folder: Awaited<ReturnType<typeof makeFolder>>;
let photo: string;

beforeAll(async () => {
  folder = await makeFolder();
  photo = await makePhoto(folder.path, 100, 80);
});
afterAll(async () => {
  await engine.close();
  await folder.remove();
});

describe('providers', () => {
  it('are all told, each tested or with the reason why not', async () => {
    const statuses = await engine.probeProviders(new AbortController().signal);
    expect(statuses.map(({ id }) => id)).toEqual(['cpu', 'webgpu', 'dml', 'coreml', 'cuda']);
    expect(statuses[0]).toMatchObject({ available: true, probed: true, reason: null });
    for (const status of statuses) {
      expect(status.available).toBe(status.reason === null);
    }
  });

  it('fall back to the CPU, and say so when asked for by name', async () => {
    const plugin = await makeTinyPlugin(folder.path, 'staged');
    const absent = process.platform === 'darwin' ? 'dml' : 'coreml';
    const named = await restoreTo(engine, 'named', { input: photo, plugin, provider: absent });
    expect(named.report.provider).toBe('cpu');
    expect(named.report.warnings[0]).toMatch(/could not be used/);
    const auto = await restoreTo(engine, 'auto', { input: photo, plugin, provider: 'auto' });
    expect(auto.report.warnings).toEqual([]);
    const cpu = await restoreTo(engine, 'cpu', { input: photo, plugin });
    expect(named.pixels.equals(cpu.pixels)).toBe(true);
  });

  it('keep their sessions warm', async () => {
    const plugin = await makeTinyPlugin(folder.path, 'staged');
    const request = { input: photo, plugin };
    await restoreTo(engine, 'first', request);
    expect((await restoreTo(engine, 'second', request)).report.loadMs).toBe(0);
  });
});

describe('a broken plug-in', () => {
  const restore = (plugin: string) =>
    engine.restore(new AbortController().signal, { input: photo, plugin, provider: 'cpu' });

  it('is refused with a reason', async () => {
    await expect(restore(folder.path)).rejects.toMatchObject({ code: 'plugin-missing' });
    const plugin = await makeTinyPlugin(join(folder.path, 'broken'), 'single');
    await writeFile(join(plugin, 'model.onnx'), 'not a graph');
    await expect(restore(plugin)).rejects.toMatchObject({ code: 'plugin-failed' });
    await writeFile(join(plugin, 'plugin.json'), '{ "manifestVersion": 1 }');
    await expect(restore(plugin)).rejects.toMatchObject({ code: 'plugin-invalid' });
  });

  it('cannot reach out of its folder or change behind its hash', async () => {
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
  it('tells its device, its speed and its tile', async () => {
    const plugin = await makeTinyPlugin(folder.path, 'staged');
    const test = await engine.testProvider(NEVER, 'cpu', plugin);
    expect(test.status).toMatchObject({ id: 'cpu', available: true, probed: true, reason: null });
    expect(test.status.device).toBe(cpus()[0]?.model.trim());
    expect(test.secondsPerMegapixel).toBeGreaterThan(0);
    expect(test.secondsPerMegapixel).toBeLessThan(60);
    expect(test.tile).toBe(96);
  });

  it('tells the smaller tile that memory leaves', async () => {
    const plugin = await makeTinyPlugin(folder.path, 'hungry', { preferred: 512, max: 512 });
    expect(await engine.testProvider(NEVER, 'cpu', plugin)).toMatchObject({ tile: 128 });
  });

  it('says why a network does not run there', async () => {
    const plugin = await makeTinyPlugin(folder.path, 'failing');
    const test = await engine.testProvider(NEVER, 'cpu', plugin);
    expect(test).toMatchObject({ secondsPerMegapixel: null, tile: null });
    expect(test.status.available).toBe(false);
    expect(test.status.reason).not.toBeNull();
    const absent = process.platform === 'darwin' ? 'dml' : 'coreml';
    const missing = await engine.testProvider(NEVER, absent, plugin);
    expect(missing).toMatchObject({ status: { available: false }, tile: null });
  });

  it('lets a restoration rest, which then goes on', async () => {
    const plugin = await makeTinyPlugin(folder.path, 'staged');
    const studio = new TestStudio(engine);
    const large = await makePhoto(folder.path, 700, 500);
    await studio.client.open(NEVER, 'p-rest', large);
    let during = 0;
    let testing: Promise<unknown> | null = null;
    const stages = () => studio.told.filter(({ event }) => event.type === 'stage').length;
    const { last, events } = await studio.finish('p-rest', specOf(plugin), null, (event) => {
      if (event.type !== 'stage' || testing) return;
      const before = stages();
      testing = engine.testProvider(NEVER, 'cpu', plugin).then(() => (during = stages() - before));
    });
    await testing!;
    expect(last.type).toBe('finished');
    expect(events.some(({ type }) => type === 'retried')).toBe(false);
    // The step at hand was finished, and no more.
    expect(during).toBeLessThan(stages() / 2);
    await studio.client.dispose();
  });

  it('is ended at once by an abort, and the network goes on', async () => {
    const plugin = await makeTinyPlugin(folder.path, 'staged');
    const controller = new AbortController();
    const testing = engine.testProvider(controller.signal, 'cpu', plugin);
    controller.abort();
    await expect(testing).rejects.toMatchObject({ code: 'cancelled' });
    const after = await restoreTo(engine, 'after', { input: photo, plugin });
    expect(after.report.tiles.processed).toBeGreaterThan(0);
  });
});
