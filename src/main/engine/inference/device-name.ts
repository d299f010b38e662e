/**
 * Finds the name of a provider's device in the operating system, since the runtime does not report
 * it. Nor does it report which of several graphics cards it uses, so the name lists all of them.
 */
import { cpus } from 'node:os';
import type { ProviderId } from '../../../shared/contracts/providers.js';

let graphics: Promise<readonly string[]> | null = null;

/** Returns the name, `null` if it cannot be found. Never rejects. */
export async function deviceName(provider: ProviderId): Promise<string | null> {
  if (provider === 'cpu') return cpus()[0]?.model.trim() ?? null;
  graphics ??= graphicsCards().catch(() => []);
  const names = (await graphics).filter((name) => provider !== 'cuda' || /nvidia/i.test(name));
  return names.length === 0 ? null : [...new Set(names)].join(' or ');
}

/** Asks the system's tools, such as `lspci`, which may take seconds. */
async function graphicsCards(): Promise<readonly string[]> {
  // The library lists screens too and would connect to the window system.
  delete process.env.DISPLAY;
  const { graphics } = await import('systeminformation');
  const names = (await graphics()).controllers.map(({ name, vendor, model }) => {
    if (name !== undefined || process.platform !== 'linux') return name ?? model;
    return `${vendor} ${model}`.trim();
  });
  return names.filter((name) => name !== '' && !/^Microsoft (Basic|Remote)/.test(name));
}
