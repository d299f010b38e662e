/**
 * What the three parts of the engine say to each other: the supervisor (in the app), the engine (a
 * child process) and its worker (a thread that owns the sessions, since `run()` blocks its thread).
 */
import type { Outcome } from '../../shared/channel.js';
import type { Manifest } from '../../shared/manifest.js';
import type { ProviderChoice, ProviderId, ProviderStatus } from '../../shared/providers.js';
import type { RestoreEvent, RestoreReport, RestoreRequest } from '../../shared/restore.js';
import type { Measured } from './measure.js';
import type { StudioApi, StudioHost } from './studio/protocol.js';
import type { TriageApi } from './triage/protocol.js';

export type { Outcome } from '../../shared/channel.js';

/** The engine's exit code when the runtime's native library did not load. */
export const EXIT_NO_RUNTIME = 70;

/** What earlier crashes on this photo taught. */
export interface Recovery {
  /** Tiles to run on the CPU. */
  readonly cpuTiles: readonly number[];
  /** Tiles to leave as they were. */
  readonly leaveTiles: readonly number[];
  /** Largest side of a tile, null: as requested. */
  readonly maxTile: number | null;
  /** Providers that crashed and the reason to show. */
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
  /** The runtime never gives memory back: start a fresh process for the next photo. */
  readonly recycle: boolean;
}

/** Served by the engine process. */
export interface EngineApi extends StudioApi, TriageApi {
  restore(job: RestoreJob): Promise<Outcome<JobResult>>;
  probe(provider: ProviderId): Promise<Outcome<ProviderStatus>>;
  /** For a process that does nothing else. */
  measure(provider: ProviderId, plugin: string): Promise<Outcome<Measured>>;
  /** Resolves when the network rests; it does until `giveBack`. */
  lend(): Promise<Outcome<null>>;
  giveBack(): void;
  /** Resident size in bytes. */
  memory(): number;
  cancel(id: string): void;
}

/** Served by the supervisor. The two that return are awaited, so that a crash can be attributed. */
export interface SupervisorApi extends StudioHost {
  event(id: string, event: RestoreEvent): void;
  tileStarted(id: string, tile: number): boolean;
  probing(provider: ProviderId | null): boolean;
}

export interface LoadSpec {
  readonly folder: string;
  readonly manifest: Manifest;
  readonly provider: ProviderChoice;
  readonly threads: number;
  readonly broken: Recovery['broken'];
}

export interface LoadResult {
  readonly provider: ProviderId;
  /** By name, null where nobody tells it. */
  readonly device: string | null;
  /** 0 when the sessions were warm. */
  readonly loadMs: number;
  /** One sentence per rung of the ladder that was asked for by name and not taken. */
  readonly warnings: readonly string[];
}

export interface StageCall {
  readonly stage: number;
  /** Run on the CPU's sessions whatever provider was loaded. */
  readonly forceCpu: boolean;
  /** [1,3,H,W]; given with stage 0 and kept for the later ones. */
  readonly image: Float32Array | null;
  readonly width: number;
  readonly height: number;
  /** Hint strength 0..1 per roi cell, null: none; kept like the image. */
  readonly roi: Float32Array | null;
  readonly budget: number;
  /** Bring the maps back too; they are copied between threads. */
  readonly maps: boolean;
  /** Where the restored image [3,H,W] goes; between threads, over shared memory. */
  readonly into: Float32Array;
  /** Keeps image, hints and states between a tile's stages; stage 0 begins it anew. */
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
  /** samples, attention, offsets: those the stage has. */
  readonly maps: Readonly<Record<string, MapTensor>>;
  /** Time inside `session.run`. */
  readonly ms: number;
  /** What the slot keeps now. */
  readonly heldBytes: number;
}

/** Served by the worker thread. */
export interface WorkerApi {
  load(spec: LoadSpec): Promise<Outcome<LoadResult>>;
  runStage(call: StageCall): Promise<Outcome<StageResult>>;
  /** Lets go of what the slots keep. */
  forget(): Promise<Outcome<null>>;
  probe(provider: ProviderId): Promise<Outcome<ProviderStatus>>;
}

/** Served by the engine's main thread to its worker. */
export interface WorkerHost {
  probing(provider: ProviderId | null): Promise<boolean>;
}
