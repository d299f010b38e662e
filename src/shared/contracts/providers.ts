/** Providers, on which networks run: the CPU, or a GPU through one of several runtimes. */
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
  /** Whether this build of the runtime has it and, if probed, its self-test passed. */
  readonly available: boolean;
  /** Whether a session was created and its output compared with the CPU's. */
  readonly probed: boolean;
  /** Name of the device; `null` if the provider does not report it. */
  readonly device: string | null;
  /** Reason if it is not available, else `null`. */
  readonly reason: ErrorData | null;
}

export interface ProviderTest {
  readonly status: ProviderStatus;
  /** Seconds for one megapixel through the first stage; `null` if unavailable. */
  readonly secondsPerMegapixel: number | null;
  /** Side in pixels of the tiles that `auto` results in; `null` if unavailable. */
  readonly tile: number | null;
}
