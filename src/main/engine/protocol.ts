/**
 * Calls and events between the three parts of the engine: the supervisor (in the app), the engine (a
 * child process) and its worker (a thread that owns the sessions, since `run()` blocks its thread).
 */
import type { Outcome } from '../../shared/protocol/channel.js';
import type {
  ProviderChoice,
  ProviderId,
  ProviderStatus,
} from '../../shared/contracts/providers.js';
import type {
  RestoreEvent,
  RestoreReport,
  RestoreRequest,
} from '../../shared/contracts/restore.js';
import type { VerifiedPlugin } from '../plugins/verify.js';
import type { Measured } from './inference/measure.js';
import type { TimedStep } from './step-limit.js';
import type { StudioApi, StudioHost } from './session/protocol.js';
import type { TriageApi } from './blur/protocol.js';

export type { Outcome } from '../../shared/protocol/channel.js';

/** The engine's exit code when the runtime's native library did not load. */
export const EXIT_NO_RUNTIME = 70;

/** Changes to an attempt after earlier crashes on the same photo. */
export interface Recovery {
  /** Tiles to run on the CPU. */
  readonly cpuTiles: readonly number[];
  /** Tiles to leave unrestored. */
  readonly leaveTiles: readonly number[];
  /** Largest side of a tile in pixels; `null` = as requested. */
  readonly maxTile: number | null;
  /** Providers not to use, each with the reason that the user is shown. */
  readonly broken: Readonly<Partial<Record<ProviderId, string>>>;
}

export interface RestoreJob {
  readonly id: string;
  readonly request: RestoreRequest;
  /** Private folder for the journal; outlives the engine's process. */
  readonly scratch: string;
  readonly recovery: Recovery;
}

export interface JobResult {
  readonly report: RestoreReport;
  /** Restart the process before the next photo: the runtime never returns memory. */
  readonly recycle: boolean;
}

/** Served by the engine process. */
export interface EngineApi extends StudioApi, TriageApi {
  restore(job: RestoreJob): Promise<Outcome<JobResult>>;
  probe(provider: ProviderId): Promise<Outcome<ProviderStatus>>;
  /** Times a plug-in; for a process that serves no other call. */
  measure(provider: ProviderId, plugin: string): Promise<Outcome<Measured>>;
  /** Pauses inference until `giveBack`; resolves when it has paused. */
  lend(): Promise<Outcome<null>>;
  giveBack(): void;
  /** Resident size in bytes. */
  memory(): number;
  cancel(id: string): void;
}

/** Served by the supervisor. The two that return are awaited, to attribute a crash to its cause. */
export interface SupervisorApi extends StudioHost {
  event(id: string, event: RestoreEvent): void;
  tileStarted(id: string, tile: number): boolean;
  probing(provider: ProviderId | null): boolean;
  /** The runtime did not return in time; the engine must be killed. */
  overdue(step: TimedStep): void;
}

export interface LoadSpec {
  readonly plugin: VerifiedPlugin;
  readonly provider: ProviderChoice;
  readonly threads: number;
  readonly broken: Recovery['broken'];
}

export interface LoadResult {
  readonly provider: ProviderId;
  /** Name of the device; `null` if the provider does not report it. */
  readonly device: string | null;
  /** Milliseconds; 0 when the sessions were loaded already. */
  readonly loadMs: number;
  /** One sentence per provider that was requested by name and could not be used. */
  readonly warnings: readonly string[];
}

export interface StageCall {
  readonly stage: number;
  /** Run on the CPU whatever provider was loaded. */
  readonly forceCpu: boolean;
  /** [1,3,H,W]; passed with stage 0 and kept for the later stages. */
  readonly image: Float32Array | null;
  readonly width: number;
  readonly height: number;
  /** Hint strength 0..1 per roi cell; `null` = no hints. Kept like the image. */
  readonly roi: Float32Array | null;
  readonly budget: number;
  /** Return the maps too; they are copied between threads. */
  readonly maps: boolean;
  /** Receives the restored image [3,H,W]; shared memory between the threads. */
  readonly into: Float32Array;
  /** Slot that keeps image, hints and states between a tile's stages; stage 0 clears it. */
  readonly slot: number;
}

export interface MapTensor {
  readonly data: Float32Array;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

export interface StageResult {
  readonly difficulty: MapTensor | null;
  /** Those of samples, attention and offsets that the stage has. */
  readonly maps: Readonly<Record<string, MapTensor>>;
  /** Milliseconds inside `session.run`. */
  readonly ms: number;
  /** Bytes that the slot keeps. */
  readonly heldBytes: number;
}

/** Served by the worker thread. */
export interface WorkerApi {
  load(spec: LoadSpec): Promise<Outcome<LoadResult>>;
  runStage(call: StageCall): Promise<Outcome<StageResult>>;
  /** Empties all slots. */
  forget(): Promise<Outcome<null>>;
  probe(provider: ProviderId): Promise<Outcome<ProviderStatus>>;
}

/** Served by the engine's main thread to its worker. */
export interface WorkerHost {
  probing(provider: ProviderId | null): Promise<boolean>;
  /** Emitted before each call of the runtime, and with `null` after it. */
  step(step: TimedStep | null): void;
}
