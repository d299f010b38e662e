/** Names of things that the host knows by an id. */
import * as m from '#texts/messages.js';
import type { ProviderChoice } from '../../shared/providers.js';

/** Product names are the same in every language. */
export function providerName(provider: ProviderChoice): string {
  switch (provider) {
    case 'auto':
      return m.provider_auto();
    case 'cpu':
      return m.provider_cpu();
    case 'webgpu':
      return 'WebGPU';
    case 'dml':
      return 'DirectML';
    case 'coreml':
      return 'Core ML';
    case 'cuda':
      return 'CUDA';
  }
}
