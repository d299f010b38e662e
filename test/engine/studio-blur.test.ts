/** How blurred a photo is, told before anything is restored. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { join } from 'node:path';
import sharp from 'sharp';
import { DEFAULT_PLUGIN } from '../../src/main/plugins/discover.js';
import { programFolder } from '../../src/main/plugins/places.js';
import { makeEngine, makeFolder, makePhoto } from './harness.js';
import { NEVER, specOf, TestStudio } from './studio-harness.js';
import { makeTinyPlugin } from './tiny-plugin.js';

const engine = makeEngine();
const studio = new TestStudio(engine);
const NETWORK = join(programFolder(), 'models', DEFAULT_PLUGIN);
let folder: Awaited<ReturnType<typeof makeFolder>>;

beforeAll(async () => {
  folder = await makeFolder();
});
afterAll(async () => {
  await studio.client.dispose();
  await engine.close();
  await folder.remove();
});

function blurOf(id: string, plugin: string): Promise<number | null> {
  return studio.client.blur(NEVER, id, plugin, 'cpu');
}

describe('the share of a photo that is blurred', () => {
  it('is high where the camera moved, and nothing where it stood still', async () => {
    const sample = join(programFolder(), 'resources', 'sample-blurred.jpg');
    const { width, height } = await sharp(sample).metadata();
    // Scaled down so far that its blur is gone.
    const still = join(folder.path, 'still.png');
    await sharp(sample)
      .resize(Math.round(width / 6), Math.round(height / 6))
      .png()
      .toFile(still);
    await studio.client.open(NEVER, 'p-moved', sample);
    await studio.client.open(NEVER, 'p-still', still);
    const [moved, stood] = [await blurOf('p-moved', NETWORK), await blurOf('p-still', NETWORK)];
    expect(moved).toBeGreaterThan(0.1);
    expect(moved).toBeLessThanOrEqual(1);
    expect(stood).toBeLessThan(moved! / 3);
  });

  it('is what a finished result says, where it looks at every tile', async () => {
    const plugin = await makeTinyPlugin(folder.path, 'staged', { preferred: 128, max: 512 });
    const photo = await makePhoto(folder.path, 230, 180);
    await studio.client.open(NEVER, 'p-same', photo);
    const share = await blurOf('p-same', plugin);
    const { last } = await studio.finish('p-same', specOf(plugin, { skip: true }));
    expect(last.type).toBe('finished');
    expect(share).toBeCloseTo((last as { blurredShare: number }).blurredShare, 5);
  });

  it('is not told when the photo is closed or its restoration begins', async () => {
    const plugin = await makeTinyPlugin(folder.path, 'staged');
    const photo = await makePhoto(folder.path, 700, 500);
    await studio.client.open(NEVER, 'p-busy', photo);
    const running = studio.finish('p-busy', specOf(plugin));
    await expect.poll(() => studio.told.some((told) => told.photo === 'p-busy')).toBe(true);
    expect(await blurOf('p-busy', plugin)).toBeNull();
    expect((await running).last.type).toBe('finished');
    const asked = blurOf('p-busy', plugin).catch(() => null);
    await studio.client.close('p-busy');
    expect(await asked).toBeNull();
  });

  it('waits while another photo is restored', async () => {
    const plugin = await makeTinyPlugin(folder.path, 'staged');
    const photo = await makePhoto(folder.path, 600, 400);
    await studio.client.open(NEVER, 'p-run', photo);
    await studio.client.open(NEVER, 'p-wait', photo);
    const order: string[] = [];
    const running = studio.finish('p-run', specOf(plugin)).then(() => order.push('restored'));
    await expect.poll(() => studio.told.some((told) => told.photo === 'p-run')).toBe(true);
    const share = await blurOf('p-wait', plugin);
    order.push('judged');
    await running;
    expect(share).not.toBeNull();
    expect(order).toEqual(['restored', 'judged']);
  });
});
