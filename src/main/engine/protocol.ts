/**
 * Calls and events between the main process (the supervisor) and the engine, a child process. Every
 * type of a restoration that crosses this boundary is declared here; hosts map them to their own.
 */
import type {
  ProviderChoice,
  ProviderId,
  ProviderStatus,
} from '../../shared/contracts/providers.js';
import type {
  Rect,
  RestoreOutput,
  RestoreReport,
  RestoreRequest,
  RetryReason,
  SkipReason,
} from '../../shared/contracts/restore.js';
import type { PhotoBlur } from '../../shared/contracts/triage.js';
import type { ErrorData, WarningData } from '../../shared/core/errors.js';
import type { RegionDocument } from '../../shared/regions/index.js';
import type { Picture } from '../imaging/index.js';
import type { MapName } from '../tiling/maps.js';
import type { BrokenProviders } from './inference/protocol.js';
import type { TimedStep } from './inference/step-limit.js';

/** The engine's exit code when the runtime's native library did not load. */
export const EXIT_NO_RUNTIME = 70;

/** Changes to a restoration after earlier crashes on the same photo. */
export interface Recovery {
  /** Tiles to run on the CPU. */
  readonly cpuTiles: readonly number[];
  /** Tiles to leave unrestored. */
  readonly leaveTiles: readonly number[];
  /** Largest side of a tile in pixels; `null` = as requested. */
  readonly maxTile: number | null;
  readonly broken: BrokenProviders;
}

export const NO_RECOVERY: Recovery = { cpuTiles: [], leaveTiles: [], maxTile: null, broken: {} };

/** Data of each tile to store beside its last stage. */
export interface Keep {
  /** Every stage: needed to show or write them. */
  readonly stages: boolean;
  readonly maps: boolean;
}

export interface OpenCall {
  /** Name of the session, chosen by the caller. */
  readonly session: string;
  readonly path: string;
  /** Private folder for finished tiles, six bytes per pixel and stage; outlives the process. */
  readonly scratch: string;
  readonly keep: Keep;
}

/** Facts about an open photo. */
export interface PhotoFacts {
  /** Pixels as displayed. */
  readonly width: number;
  readonly height: number;
  /** Number of octaves for display, the photo itself included. */
  readonly levels: number;
  readonly format: string;
  /** Name of the embedded profile; `null` = untagged (sRGB). */
  readonly profile: string | null;
  /** Bits per sample of the file. */
  readonly bits: number;
  /** Time of capture, else of the file's last change: local time, `2026-01-09T07:05:03`. */
  readonly taken: string;
  readonly warnings: readonly WarningData[];
}

/** Everything that the pixels of a restoration depend on. Mask and strength only blend them. */
export type RestorationSettings = Readonly<
  Omit<RestoreRequest, 'input' | 'output' | 'mask' | 'strength' | 'stagesDir' | 'mapsDir'>
>;

/** Where a restoration applies: regions, a mask picture, or `null` = the whole photo. */
export type MaskSource = { readonly regions: RegionDocument } | { readonly file: string } | null;

/** Where a restoration has to compute: inside a mask, or nowhere at all. */
export type Where = MaskSource | 'nowhere';

/** Stage of a restoration, from 1, or the latest of each part. */
export type StageChoice = number | 'latest';

export interface FindCall {
  readonly settings: RestorationSettings;
  readonly where: Where;
  readonly recovery: Recovery;
  /** Last version of the restoration that an earlier engine emitted. */
  readonly version: number;
}

export interface StartCall extends FindCall {
  /** Identifies the run in its events. */
  readonly run: number;
  readonly view: Rect | null;
  /** Continues a run after a crash; `null` = a new request, which retries tiles that failed. */
  readonly resumed: Resumed | null;
}

export interface Resumed {
  /** Tile at which the engine died: events about its stored stages may be lost. */
  readonly tile: number | null;
}

/** A restoration as far as it has come. */
export interface RestorationState {
  /** Same settings, same id, also in another process. */
  readonly restoration: string;
  /** Labels of the stages. */
  readonly stages: readonly string[];
  readonly maps: readonly MapName[];
  /** Longest side of its tiles in pixels. */
  readonly tile: number;
  /** No tile is left to compute. */
  readonly complete: boolean;
  /** Share of the computed area that is blurred, 0..1; `null` until it is complete. */
  readonly blurredShare: number | null;
  /** Rises whenever pixels change. */
  readonly version: number;
}

/** Facts about a finished restoration, for reports. */
export type RestorationReport = Pick<
  RestoreReport,
  'model' | 'provider' | 'tiles' | 'stages' | 'blur'
>;

export type SessionEvent =
  | {
      readonly type: 'loaded';
      readonly provider: ProviderId;
      /** Name of the device; `null` if the provider does not report it. */
      readonly device: string | null;
      /** Longest side of the tiles in pixels. */
      readonly tile: number;
      /** Milliseconds; 0 when the network was loaded already. */
      readonly loadMs: number;
    }
  /** `rect` changed: it shows stage `stage` (from 1), under `version`. */
  | {
      readonly type: 'stage';
      readonly tile: number;
      readonly stage: number;
      readonly rect: Rect;
      readonly version: number;
      /** Milliseconds inside the network; 0 for a stage that was computed earlier. */
      readonly ms: number;
    }
  | {
      readonly type: 'skipped';
      readonly tile: number;
      readonly rect: Rect;
      readonly reason: SkipReason;
    }
  | {
      readonly type: 'progress';
      readonly done: number;
      readonly total: number;
      /** Share of each stage that is done, 0..1. */
      readonly stages: readonly number[];
      /** `null` until it can be estimated. */
      readonly secondsLeft: number | null;
    }
  /** A tile runs again on the CPU, or the engine was restarted. */
  | { readonly type: 'retried'; readonly reason: RetryReason; readonly details: string }
  | { readonly type: 'warning'; readonly warning: WarningData }
  | {
      readonly type: 'finished';
      readonly version: number;
      readonly blurredShare: number;
      /** Tiles computed in this run, in `ms`. */
      readonly computed: number;
      readonly ms: number;
      readonly report: RestorationReport;
    }
  | { readonly type: 'stopped' }
  | { readonly type: 'failed'; readonly error: ErrorData };

/** Origin of an event. */
export interface EventSource {
  readonly session: string;
  readonly restoration: string;
  readonly run: number;
}

/** One cell of the pyramid that the editor displays. */
export interface TileCall {
  /** `null` = the photo as it is. */
  readonly restoration: string | null;
  readonly stage: StageChoice;
  readonly level: number;
  readonly column: number;
  readonly row: number;
}

/** Writes pictures of the stages and maps at the photo's size. */
export interface PicturesCall {
  readonly restoration: string;
  readonly mask: MaskSource;
  readonly strength: number;
  /** Folders; `null` = none are written. */
  readonly stagesDir: string | null;
  readonly mapsDir: string | null;
}

export interface ExportCall {
  /** Identifies the export for `cancel` and in its progress. */
  readonly id: string;
  readonly session: string;
  /** `null` = the photo as it is. */
  readonly restoration: string | null;
  readonly stage: StageChoice;
  readonly strength: number;
  readonly mask: MaskSource;
  readonly output: RestoreOutput;
  /** Compose in the decoded photo's own memory; it is decoded again if it is needed later. */
  readonly inPlace: boolean;
}

export interface Exported {
  readonly path: string;
  readonly bytes: number;
  readonly warnings: readonly WarningData[];
}

/** Scores the blur of a photo that no session has open. */
export interface ScoreJob {
  readonly id: string;
  readonly input: string;
  /** Folder of the plug-in. */
  readonly plugin: string;
  readonly provider: ProviderChoice;
  /** `null` = one for every core. */
  readonly threads: number | null;
}

export interface BlurAnswer {
  readonly blur: PhotoBlur;
  /** `null` if the network was not used. */
  readonly provider: ProviderId | null;
  readonly decodeMs: number;
  /** Milliseconds from the decoded pixels to the score, without waiting and loading. */
  readonly scoreMs: number;
  readonly warnings: readonly WarningData[];
}

/** Pace of a plug-in on one provider. */
export interface Measured {
  /** Seconds for one megapixel through the first stage. */
  readonly secondsPerMegapixel: number;
  /** Side in pixels of the tiles that `auto` results in. */
  readonly tile: number;
}

export interface ProcessMemory {
  /** Proportional set size on Linux, else the resident size. */
  readonly bytes: number;
  /** Largest resident size so far. */
  readonly peakBytes: number;
}

/** Served by each open session; `session` of the engine's API finds it by its id. */
export interface SessionApi {
  /** Returns a restoration's state; computes nothing. */
  find(call: FindCall): Promise<RestorationState>;
  /** Starts or continues a restoration; stops the one in progress, of whichever session. */
  start(call: StartCall): Promise<RestorationState>;
  /** Makes the tiles in `view` (photo pixels) the next to be computed. */
  setViewport(view: Rect): void;
  /** Resolves when the network no longer works on this photo. */
  stop(): Promise<void>;
  /** Returns a cell of the display pyramid in Display P3: PNG at level 0, else JPEG. */
  tile(call: TileCall): Promise<Picture>;
  map(restoration: string, map: MapName): Promise<Picture>;
  /** Rejects if the photo cannot be written so. */
  checkOutput(output: RestoreOutput): Promise<void>;
  writePictures(call: PicturesCall): Promise<void>;
  /** Scores the photo's blur while the network is idle; `null` if it was closed meanwhile. */
  score(call: Pick<ScoreJob, 'plugin' | 'provider'>): Promise<PhotoBlur | null>;
}

/** Served by the engine process. */
export interface EngineApi {
  open(call: OpenCall): Promise<PhotoFacts>;
  close(session: string): Promise<void>;
  /** Calls a method of `SessionApi`; `SessionClient.call` has its types. */
  session(id: string, method: keyof SessionApi, args: readonly unknown[]): Promise<unknown>;
  export(call: ExportCall): Promise<Exported>;
  score(job: ScoreJob): Promise<BlurAnswer>;
  probe(provider: ProviderId): Promise<ProviderStatus>;
  /** Times a plug-in; for a process that serves no other call. */
  measure(provider: ProviderId, plugin: string): Promise<Measured>;
  /** Pauses inference until `resume`; resolves when it has paused. */
  pause(): Promise<void>;
  resume(): void;
  memory(): Promise<ProcessMemory>;
  /** Cancels the export or score of this id. */
  cancel(id: string): void;
}

/** Served by the supervisor. `stepStarted` and `probing` are awaited, to attribute a crash. */
export interface SupervisorApi {
  event(source: EventSource, event: SessionEvent): void;
  stepStarted(session: string, tile: number): boolean;
  probing(provider: ProviderId | null): boolean;
  /** Share of an export that is done, 0..1. */
  exporting(id: string, done: number): void;
  /** A run has ended or a photo was closed. `recycle`: replace the process when it is idle. */
  idle(recycle: boolean): void;
  /** The runtime did not return in time; the engine must be killed. */
  overdue(step: TimedStep): void;
}
