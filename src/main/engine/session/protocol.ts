/** What the supervisor and the studio (the part of the engine that serves an editor) say to each other. */
import type { OpenedPhoto, ResultSettings, StartedResult } from '../../../shared/protocol/calls.js';
import type { ResultEvent } from '../../../shared/protocol/events.js';
import type { RegionDocument } from '../../../shared/regions/index.js';
import type { Rect, RestoreOutput } from '../../../shared/contracts/restore.js';
import type { BlurVerdict } from '../../../shared/contracts/triage.js';
import type { Picture } from '../../imaging/index.js';
import type { ProviderChoice } from '../../../shared/contracts/providers.js';
import type { MapName } from '../tiling/maps.js';
import type { Outcome, Recovery } from '../protocol.js';

export interface OpenCall {
  readonly photo: string;
  readonly path: string;
  /** Private folder for the finished tiles; outlives the engine's process. */
  readonly scratch: string;
}

/** What the engine can tell of a photo; its file and its edit are the host's. */
export type StudioPhoto = Pick<
  OpenedPhoto,
  'width' | 'height' | 'levels' | 'format' | 'profile' | 'warnings' | 'bits' | 'taken'
>;

/** What a result depends on; the plug-in by its folder. */
export type ResultSpec = Omit<ResultSettings, 'plugin'> & { readonly plugin: string };

export interface StartCall {
  readonly photo: string;
  readonly spec: ResultSpec;
  /** What is looked at; null: nothing in particular. */
  readonly view: Rect | null;
  readonly recovery: Recovery;
  /** The last version told of this result, by an engine that is gone. */
  readonly version: number;
  /** Names the run in its events; null: only make the result known, so that it can be shown and exported. */
  readonly run: number | null;
  /** Goes on with a run after a crash; null: a new wish, for which tiles that failed are tried again. */
  readonly resumed: Resumed | null;
}

export interface Resumed {
  /** The tile at which the engine died: what is stored of it may not have been told. */
  readonly tile: number | null;
}

/** Which network is to say how blurred a photo is. */
export interface BlurCall {
  readonly photo: string;
  readonly plugin: string;
  readonly provider: ProviderChoice;
}

/** Whose event it is. */
export interface EventSource {
  readonly photo: string;
  readonly result: string;
  readonly run: number;
}

export type StudioResult = StartedResult;

export interface TileCall {
  readonly photo: string;
  /** null: the photo as it is. */
  readonly result: string | null;
  /** 0: the latest of each part. */
  readonly stage: number;
  readonly level: number;
  readonly column: number;
  readonly row: number;
}

export interface ExportCall {
  readonly id: string;
  readonly photo: string;
  /** null: the photo as it is. */
  readonly result: string | null;
  /** 0: the latest of each part. */
  readonly stage: number;
  readonly strength: number;
  readonly regions: RegionDocument;
  readonly output: RestoreOutput;
}

export interface Exported {
  readonly path: string;
  readonly bytes: number;
  readonly warnings: readonly string[];
}

/** Served by the engine process. */
export interface StudioApi {
  studioOpen(call: OpenCall): Promise<Outcome<StudioPhoto>>;
  studioClose(photo: string): Promise<Outcome<null>>;
  studioTile(call: TileCall): Promise<Outcome<Picture>>;
  studioStart(call: StartCall): Promise<Outcome<StudioResult>>;
  studioLook(photo: string, view: Rect): Promise<Outcome<null>>;
  studioStop(photo: string): Promise<Outcome<null>>;
  studioPreview(photo: string, result: string): Promise<Outcome<Picture>>;
  studioMap(photo: string, result: string, map: MapName): Promise<Outcome<Picture>>;
  /** null: the photo was closed. */
  studioBlur(call: BlurCall): Promise<Outcome<BlurVerdict | null>>;
  studioExport(call: ExportCall): Promise<Outcome<Exported>>;
}

/** Served by the supervisor. */
export interface StudioHost {
  studioEvent(about: EventSource, event: ResultEvent): void;
  /** Awaited before the network works on a tile, so that a crash can be attributed to it. */
  studioStep(photo: string, tile: number): boolean;
  /** Share of an export that is done, 0-1. */
  studioExporting(id: string, done: number): void;
  /** A run has ended. `recycle`: the process has grown and should be replaced when nobody needs it. */
  studioIdle(recycle: boolean): void;
}
