import type { ErrorData, ErrorParams } from '../../../shared/core/errors.js';

/** Returns the reason why a provider is not used, for the user. */
export function unusable(params: ErrorParams['device-unusable']): ErrorData {
  return { code: 'device-unusable', params };
}
