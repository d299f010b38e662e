import { cpus } from 'node:os';
import { describe, expect, it } from 'vitest';
import {
  deviceName,
  findPciName,
  parseSystemProfiler,
} from '../../src/main/engine/inference/device-name.js';

const PCI_IDS = [
  '# A comment',
  '1002  Advanced Micro Devices, Inc. [AMD/ATI]',
  '\t73bf  Navi 21 [Radeon RX 6800/6800 XT / 6900 XT]',
  '\t\t1002 0e3a  Radeon RX 6900 XT',
  '8086  Intel Corporation',
  '\t46a6  Alder Lake-P GT2 [Iris Xe Graphics]',
  '\t73bf  Something else',
  '',
].join('\n');

describe('the name of a device', () => {
  it('is the processor’s name for the CPU', async () => {
    expect(await deviceName('cpu')).toBe(cpus()[0]?.model.trim());
  });

  it('is null if the system does not report it', async () => {
    const name = await deviceName('webgpu');
    expect(name === null || name.length > 3).toBe(true);
  });

  it('is read from the system’s list of devices, below its vendor', () => {
    expect(findPciName(PCI_IDS, '8086', '46a6')).toBe(
      'Intel Corporation Alder Lake-P GT2 [Iris Xe Graphics]',
    );
    expect(findPciName(PCI_IDS, '1002', '73bf')).toMatch(/Radeon RX 6800/);
    expect(findPciName(PCI_IDS, '8086', '73bf')).toBe('Intel Corporation Something else');
    expect(findPciName(PCI_IDS, '1002', '46a6')).toBeNull();
    expect(findPciName('', '1002', '46a6')).toBeNull();
  });

  it('is read from the output of macOS’ profiler', () => {
    const json = JSON.stringify({ SPDisplaysDataType: [{ sppci_model: 'Apple M2 Pro' }, {}] });
    expect(parseSystemProfiler(json)).toEqual(['Apple M2 Pro']);
    expect(parseSystemProfiler('{}')).toEqual([]);
  });
});
