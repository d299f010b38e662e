/** Execution providers: what runs the network. */
import { z } from 'zod';
import type { ErrorData } from '../core/errors.js';

export const PROVIDER_IDS = ['cpu', 'webgpu', 'dml', 'coreml', 'cuda'] as const;

export const ProviderId = z.enum(PROVIDER_IDS);
export type ProviderId = z.infer<typeof ProviderId>;

export const ProviderChoice = z.enum(['auto', ...PROVIDER_IDS]);
export type ProviderChoice = z.infer<typeof ProviderChoice>;

/** One row of `unsmear providers`. */
export interface ProviderStatus {
  readonly id: ProviderId;
  /** This build of the runtime contains it and, when probed, a numeric self-test passed. */
  readonly available: boolean;
  /** A session was really made and its answer compared with the CPU's. */
  readonly probed: boolean;
  /** The device by name where the provider tells it, else null. */
  readonly device: string | null;
  /** Why it is not available, else null. */
  readonly reason: ErrorData | null;
}

export interface ProviderTest {
  readonly status: ProviderStatus;
  /** Seconds for one megapixel through the first stage; `null` = it does not run there. */
  readonly secondsPerMegapixel: number | null;
  /** Side of the tiles that "auto" would take there; `null` = it does not run there. */
  readonly tile: number | null;
}
