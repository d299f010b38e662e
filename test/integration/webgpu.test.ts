/**
 * Compares WebGPU with the CPU for every built-in network, on a software Vulkan driver without a
 * GPU. UNSMEAR_TEST_VULKAN names the driver's manifest; .ci/run sets it to Chromium's.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { decodePhoto, inEightBits } from '../../src/main/imaging/index.js';
import { programFolder, samplePath } from '../../src/main/storage/places.js';
import type { RestoreReport } from '../../src/shared/contracts/restore.js';
import { commandLine } from './command.js';

const DRIVER = process.env.UNSMEAR_TEST_VULKAN;
const { folder, start } = await commandLine('staged');
const models = join(programFolder(), 'models');
/** Smeared letters of the sample photo; some networks invent edges in drawn patterns. */
const photo = join(folder, 'detail.png');
await sharp(samplePath()).extract({ left: 60, top: 240, width: 128, height: 96 }).toFile(photo);
const builtIn = readdirSync(models).filter((id) => existsSync(join(models, id, 'plugin.json')));

async function restored(
  model: string,
  provider: string,
): Promise<{ report: RestoreReport; data: Uint8Array }> {
  const out = join(folder, `${model}-${provider}.png`);
  const args = [
    'deblur',
    photo,
    '--model',
    model,
    '--provider',
    provider,
    '--no-skip',
    '-o',
    out,
    '--json',
  ];
  const env = { ...process.env, UNSMEAR_DATA_DIR: join(folder, 'data'), VK_ICD_FILENAMES: DRIVER };
  const { code, stdout, stderr } = await start(args, { env }).ended;
  expect([code, stderr.includes('error')]).toEqual([0, false]);
  const [report] = (JSON.parse(stdout) as { outputs: RestoreReport[] }).outputs;
  return { report: report!, data: inEightBits((await decodePhoto(out)).data) };
}

// A software driver takes a minute to compile a network's shaders.
it.for(['tiny-staged', ...builtIn])(
  'a small photo through %s',
  { timeout: 300_000 },
  async (model, context) => {
    if (DRIVER === undefined) return context.skip('UNSMEAR_TEST_VULKAN is not set.');
    if (!existsSync(DRIVER)) return context.skip(`${DRIVER} does not exist.`);
    const cpu = await restored(model, 'cpu');
    const gpu = await restored(model, 'webgpu');
    expect(cpu.report).toMatchObject({ provider: 'cpu', warnings: [] });
    expect(gpu.report).toMatchObject({ provider: 'webgpu', warnings: [] });
    const apart = gpu.data.filter((value, i) => Math.abs(value - cpu.data[i]!) > 1);
    // One step of 8 bits is rounding. A position that top-k chose differently may differ by more.
    expect(apart.length / gpu.data.length).toBeLessThan(0.005);
  },
);
