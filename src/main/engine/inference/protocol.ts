/**
 * Calls between the engine's main thread and its worker thread, which owns the ONNX Runtime
 * sessions: `run()` blocks its thread.
 */
import type {
  ProviderChoice,
  ProviderId,
  ProviderStatus,
} from '../../../shared/contracts/providers.js';
import type { ErrorData, ErrorParams, WarningData } from '../../../shared/core/errors.js';
import type { VerifiedPlugin } from '../../plugins/verify.js';
import type { Planes } from '../../tiling/orientation.js';
import type { TimedStep } from './step-limit.js';

/** Providers not to use, each with the reason for the user. */
export type BrokenProviders = Readonly<Partial<Record<ProviderId, ErrorData>>>;

/** Returns the reason why a provider is not used, for the user. */
export function unusable(params: ErrorParams['device-unusable']): ErrorData {
  return { code: 'device-unusable', params };
}

export interface LoadSpec {
  readonly plugin: VerifiedPlugin;
  readonly provider: ProviderChoice;
  readonly threads: number;
  readonly broken: BrokenProviders;
}

export interface LoadResult {
  readonly provider: ProviderId;
  /** Name of the device; `null` if the provider does not report it. */
  readonly device: string | null;
  /** Milliseconds; 0 when the sessions were loaded already. */
  readonly loadMs: number;
  /** One sentence per provider that was requested by name and could not be used. */
  readonly warnings: readonly WarningData[];
}

export interface StageCall {
  readonly stage: number;
  /** Run on the CPU even if another provider was loaded. */
  readonly forceCpu: boolean;
  /** [1,3,H,W]; passed with stage 0 and kept, like the states, for the later stages. */
  readonly image: Float32Array | null;
  /** [1,3,H,W]: result of the coarser octave; `null` = the image itself. Kept like the image. */
  readonly guess: Float32Array | null;
  readonly width: number;
  readonly height: number;
  /** Hint strength 0..1 per roi cell; `null` = no hints. Kept like the image. */
  readonly roi: Float32Array | null;
  readonly budget: number;
  /** Return the maps too; they are copied between threads. */
  readonly maps: boolean;
  /** Receives the restored image [3,H,W]; shared memory between the threads. */
  readonly into: Float32Array;
}

export interface StageResult {
  readonly difficulty: Planes | null;
  /** Samples, attention and offsets, as far as the stage has them. */
  readonly maps: Readonly<Record<string, Planes>>;
  /** Milliseconds inside `session.run`. */
  readonly ms: number;
}

/** Served by the worker thread. Rejects with an `UnsmearError`. */
export interface WorkerApi {
  load(spec: LoadSpec): Promise<LoadResult>;
  runStage(call: StageCall): Promise<StageResult>;
  /** Drops the tile's image, hints and states. */
  forget(): Promise<void>;
  probe(provider: ProviderId): Promise<ProviderStatus>;
}

/** Served by the engine's main thread to its worker. */
export interface WorkerHost {
  probing(provider: ProviderId | null): Promise<boolean>;
  /** Emitted before each call of the runtime, and with `null` after it. */
  step(step: TimedStep | null): void;
}
