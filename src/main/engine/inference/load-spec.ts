import { availableParallelism } from 'node:os';
import { verifyPlugin } from '../../plugins/verify.js';
import type { Recovery, RestorationSettings } from '../protocol.js';
import type { LoadSpec } from './protocol.js';

/** Returns what the worker needs to load a plug-in. Rejects with `plugin-invalid`. */
export async function loadSpec(
  settings: Pick<RestorationSettings, 'plugin' | 'provider'> &
    Partial<Pick<RestorationSettings, 'threads'>>,
  { broken }: Recovery,
): Promise<LoadSpec> {
  return {
    plugin: await verifyPlugin(settings.plugin),
    provider: settings.provider,
    threads: settings.threads ?? availableParallelism(),
    broken,
  };
}
