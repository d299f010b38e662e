import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { deviceName } from '../../src/main/engine/inference/device-name.js';

const LSPCI = [
  '00:02.0 VGA compatible controller: Intel Corporation Alder Lake-P GT2 [Iris Xe Graphics]',
  '\tSubsystem: Lenovo Device 22e7',
  '',
  '01:00.0 3D controller: NVIDIA Corporation GA104 [GeForce RTX 3070] (rev a1)',
  '\tSubsystem: Lenovo Device 22e8',
  '',
  '02:00.0 3D controller: NVIDIA Corporation GA106 [GeForce RTX 3060] (rev a1)',
  '',
].join('\n');
const SMI = [
  '1',
  '0x22E8',
  'NVIDIA GeForce RTX 3070',
  '00000000:01:00.0',
  ...Array.from({ length: 12 }, () => '0'),
];

describe('the name of a device', () => {
  it('is the processor’s name for the CPU', async () => {
    expect(await deviceName('cpu')).toBe(cpus()[0]?.model.trim());
  });
});

describe.runIf(process.platform === 'linux')('the name of a graphics card', () => {
  let tools: string;

  beforeEach(async () => {
    tools = await mkdtemp(join(tmpdir(), 'device-name-'));
    vi.stubEnv('PATH', tools);
    // Another module for each test: it asks the system once.
    vi.resetModules();
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(tools, { recursive: true });
  });

  async function addTool(name: string, script: string): Promise<void> {
    const path = join(tools, name);
    await writeFile(path, `#!/bin/sh\n${script}\n`);
    await chmod(path, 0o755);
  }

  async function namesOf(...providers: ('webgpu' | 'cuda')[]): Promise<(string | null)[]> {
    const device = await import('../../src/main/engine/inference/device-name.js');
    return Promise.all(providers.map((id) => device.deviceName(id)));
  }

  it('lists all cards for WebGPU, and NVIDIA’s for CUDA', async () => {
    await addTool('lspci', `echo '${LSPCI}'`);
    await addTool('nvidia-smi', `echo '${SMI.join(', ')}'`);
    const nvidia = 'NVIDIA GeForce RTX 3070 or NVIDIA Corporation GA106 [GeForce RTX 3060]';
    const intel = 'Intel Corporation Alder Lake-P GT2 [Iris Xe Graphics]';
    expect(await namesOf('webgpu', 'cuda')).toEqual([`${intel} or ${nvidia}`, nvidia]);
  });

  it('is null if the system lacks the tools', async () => {
    expect(await namesOf('webgpu', 'cuda')).toEqual([null, null]);
  });

  it('is found without connecting to the window system', async () => {
    vi.stubEnv('DISPLAY', ':7');
    await addTool('lspci', `echo '${LSPCI}'`);
    await addTool('xrandr', `echo "$DISPLAY." > '${join(tools, 'display')}'`);
    await namesOf('webgpu');
    expect(await readFile(join(tools, 'display'), 'utf8')).toBe('.\n');
  });
});
