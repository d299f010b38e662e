/**
 * Finds the name of a provider's device in the operating system, since the runtime does not report
 * it. Nor does it report which of several graphics cards it uses, so the name lists all of them.
 */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ProviderId } from '../../../shared/contracts/providers.js';

let graphics: Promise<readonly string[]> | null = null;

/** Returns the name, `null` if it cannot be found. Never rejects. */
export async function deviceName(provider: ProviderId): Promise<string | null> {
  if (provider === 'cpu') return cpus()[0]?.model.trim() ?? null;
  graphics ??= graphicsCards().catch(() => []);
  const names = await graphics;
  const fitting = provider === 'cuda' ? names.filter((name) => /nvidia/i.test(name)) : names;
  return fitting.length === 0 ? null : [...new Set(fitting)].join(' or ');
}

async function graphicsCards(): Promise<readonly string[]> {
  switch (process.platform) {
    case 'darwin':
      return parseSystemProfiler(await output('system_profiler', ['SPDisplaysDataType', '-json']));
    case 'win32': {
      const command = '(Get-CimInstance Win32_VideoController).Name';
      const names = await output('powershell', ['-NoProfile', '-Command', command]);
      return lines(names).filter((name) => !/^Microsoft (Basic|Remote)/.test(name));
    }
    default:
      return linuxCards();
  }
}

/** Returns a program's standard output. */
async function output(program: string, args: readonly string[]): Promise<string> {
  const options = { timeout: 10_000, windowsHide: true };
  const { stdout } = await promisify(execFile)(program, args, options);
  return stdout;
}

function lines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** Returns the graphics cards in the output of macOS's `system_profiler -json`. */
export function parseSystemProfiler(json: string): string[] {
  const { SPDisplaysDataType: cards = [] } = JSON.parse(json) as {
    SPDisplaysDataType?: readonly { readonly sppci_model?: string }[];
  };
  return cards.flatMap(({ sppci_model }) => sppci_model ?? []);
}

const NVIDIA = '/proc/driver/nvidia/gpus';
const DRM = '/sys/class/drm';
const PCI_IDS = ['/usr/share/hwdata/pci.ids', '/usr/share/misc/pci.ids'];

async function linuxCards(): Promise<readonly string[]> {
  const folders = await readdir(NVIDIA).catch(() => []);
  const nvidia = await Promise.all(
    folders.map(async (name) => {
      const text = await readFile(join(NVIDIA, name, 'information'), 'utf8').catch(() => '');
      const model = /^Model:\s*(.+)$/m.exec(text)?.[1]?.trim();
      return model === undefined ? [] : [/nvidia/i.test(model) ? model : `NVIDIA ${model}`];
    }),
  );
  const known = nvidia.flat();
  const cards = (await readdir(DRM).catch(() => [])).filter((name) => /^card\d+$/.test(name));
  const ids = await Promise.all(
    cards.map(async (name) => {
      const read = (file: string) => readFile(join(DRM, name, 'device', file), 'utf8');
      const [vendor, device] = await Promise.all([read('vendor'), read('device')]).catch(() => []);
      return { vendor: pciId(vendor), device: pciId(device) };
    }),
  );
  // The NVIDIA driver names its own cards.
  const others = ids.filter(({ vendor }) => vendor !== '' && !(vendor === '10de' && known.length));
  if (others.length === 0) return known;
  const texts = await Promise.all(PCI_IDS.map((path) => readFile(path, 'utf8').catch(() => '')));
  const database = texts.find((text) => text !== '') ?? '';
  const names = others.map(({ vendor, device }) => findPciName(database, vendor, device));
  return [...known, ...names.flatMap((name) => name ?? [])];
}

function pciId(text: string | undefined): string {
  return (text ?? '').trim().replace(/^0x/, '').toLowerCase();
}

/**
 * Returns a name such as "Intel Corporation Alder Lake-P GT2 [Iris Xe Graphics]" from the system's
 * PCI database; `null` if the device is not listed.
 */
export function findPciName(database: string, vendor: string, device: string): string | null {
  const start = new RegExp(`^${vendor}  (.+)$`, 'm').exec(database);
  if (start === null) return null;
  const rest = database.slice(start.index + start[0].length + 1);
  const own = rest.slice(0, Math.max(0, rest.search(/^[0-9a-f]{4} {2}/m)) || rest.length);
  const name = new RegExp(`^\\t${device}  (.+)$`, 'm').exec(own)?.[1];
  return name === undefined ? null : `${start[1] ?? ''} ${name}`.trim();
}
