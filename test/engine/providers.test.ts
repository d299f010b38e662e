import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeEngine, makeFolder, makePhoto, restoreTo } from './harness.js';
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
