/** Calls of the editor to its host: a zod schema for each input, a type for each result. */
import { z } from 'zod';
import type { ErrorData, WarningData } from '../core/errors.js';
import type { PluginRow } from '../contracts/models.js';
import { fileNameProblems } from '../contracts/file-name.js';
import {
  ProviderChoice,
  ProviderId,
  type ProviderStatus,
  type ProviderTest,
} from '../contracts/providers.js';
import { EVERYWHERE, RegionDocument } from '../regions/index.js';
import {
  Depth,
  MetadataPolicy,
  OnExist,
  OutputFormat,
  RoiHint,
  WorkAt,
  type Rect,
} from '../contracts/restore.js';
import { BATCH_CALLS, type BatchCallResults } from './batches.js';
import { FileRef, PhotoId, ResultId } from './ids.js';
import { Menus } from './menus.js';

export interface AppInfo {
  readonly version: string;
  readonly host: 'electron' | 'browser';
  /** How the user chooses files: in the system's dialog, or in folders listed by `listFolder`. */
  readonly chooser: 'system' | 'folders';
  /** Whether `reveal` can show a file in the system's file manager. */
  readonly canReveal: boolean;
  /** Whether the system gave photos to open; `open-files` follows the answer to `readSettings`. */
  readonly photosGiven: boolean;
}

export interface FileEntry {
  readonly ref: FileRef;
  readonly name: string;
  readonly kind: 'folder' | 'photo';
  /** Size of the file; `null` for folders. */
  readonly bytes: number | null;
  /** Time of the last change, milliseconds since 1970; `null` if unknown. */
  readonly modified: number | null;
}

export interface FolderListing {
  /** Folders from the root down to this one; empty for the list of roots. */
  readonly trail: readonly FileEntry[];
  readonly entries: readonly FileEntry[];
}

/** Copies of an edit. The sidecar of a photo without a folder is kept in the data folder. */
export const EditPlace = z.enum(['autosave', 'sidecar']);
export type EditPlace = z.infer<typeof EditPlace>;

export interface OpenedPhoto {
  readonly photo: PhotoId;
  readonly name: string;
  /** Size of the file. */
  readonly bytes: number;
  /** SHA-256 of the file, hexadecimal. */
  readonly hash: string;
  /** Pixels as displayed. */
  readonly width: number;
  readonly height: number;
  /** Number of levels in the display pyramid, the photo itself included. */
  readonly levels: number;
  readonly format: string;
  /** Name of the embedded profile; `null` = untagged (sRGB). */
  readonly profile: string | null;
  readonly warnings: readonly WarningData[];
  /** Time of capture, else of the file's last change: local time, `2026-01-09T07:05:03`. */
  readonly taken: string;
  /** Bits per sample of the file. */
  readonly bits: number;
  /** Whether files can be written beside it; `false` for uploads and the sample. */
  readonly hasFolder: boolean;
  /** The newer of sidecar and autosave, validated by the editor only; `null` = never edited. */
  readonly edit: unknown;
  /** Origin of `edit`; `autosave` = the user did not save it (after a crash, or left open). */
  readonly editFrom: EditPlace | null;
  /** Why the edit could not be read. Its file stays as it is. */
  readonly editProblem: ErrorData | null;
}

/** Everything that the pixels of a result depend on. Mask and strength only blend them. */
export const ResultSettings = z.object({
  /** Id of the plug-in; `null` = the default one. */
  plugin: z.string().max(64).nullable().default(null),
  provider: ProviderChoice.default('auto'),
  rois: z.array(RoiHint).max(1000).default([]),
  /** Side of the tiles in pixels. */
  tile: z.union([z.literal('auto'), z.number().int().min(128).max(1024)]).default('auto'),
  workAt: WorkAt.default('auto'),
  selfEnsemble: z.boolean().default(false),
  /** Share of the removed grain that is put back. */
  grain: z.number().min(0).max(1).default(1),
  /** Leaves sharp tiles as they are. */
  skip: z.boolean().default(true),
});
export type ResultSettings = z.infer<typeof ResultSettings>;

/** A rectangle in pixels of the photo as displayed. */
export const RectSchema = z.object({
  x: z.number().min(0),
  y: z.number().min(0),
  w: z.number().min(0),
  h: z.number().min(0),
}) satisfies z.ZodType<Rect>;

export interface StartedResult {
  readonly result: ResultId;
  /** Labels of the stages, from stage 1 on. */
  readonly stages: readonly string[];
  readonly maps: readonly string[];
  /** Longest side of its tiles in pixels. */
  readonly tile: number;
  /** Whether earlier runs computed every tile. */
  readonly complete: boolean;
  /** Share of the computed area that is blurred, 0..1; `null` until the result is complete. */
  readonly blurredShare: number | null;
  /** Version for the addresses of its pixels, until an event has a higher one. */
  readonly version: number;
}

/** File name that is valid on every system: no path, no device of Windows, at most 255 bytes. */
const FileName = z.string().superRefine((name, context) => {
  const [problem] = fileNameProblems(name);
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem.message });
});

export const ExportOptions = z.object({
  /** Folder to write to; `null` = the photo's own, or a download if it has none (uploads). */
  folder: z.union([FileRef, z.literal('download')]).nullable(),
  /** File name with the extension of `format`. */
  name: FileName,
  format: OutputFormat,
  /** `null` = the encoder's default, or the photo's own for JPEG. */
  quality: z.number().int().min(1).max(100).nullable(),
  /** Bits per sample; `null` = those of the photo if the format can hold them. */
  depth: Depth.nullable(),
  metadata: MetadataPolicy,
  onExist: OnExist,
});
export type ExportOptions = z.infer<typeof ExportOptions>;

export interface ExportReport {
  readonly name: string;
  /** Reference for `reveal`; `null` for a download. */
  readonly file: FileRef | null;
  /** Address from which a download can be fetched once; `null` = written to a folder. */
  readonly download: string | null;
  readonly bytes: number;
  readonly warnings: readonly WarningData[];
}

/** Names a result by the settings that it depends on, limited to the mask. */
const ResultRequest = z.object({
  photo: PhotoId,
  settings: ResultSettings,
  /** Only tiles that the mask touches are computed. */
  regions: RegionDocument.default(EVERYWHERE),
});

const Nothing = z.object({}).strict();

/** Input schemas by the name of the call. */
export const CALLS = {
  hello: Nothing,
  /** Opens the system's dialog; rejects with `host-unable` on a host without one. */
  pickPhotos: Nothing,
  /** Opens the system's dialog for a folder; `null` = cancelled. Rejects as `pickPhotos` does. */
  pickFolder: Nothing,
  /** Lists the folders and photos of a folder; `null` = the roots. */
  listFolder: z.object({ folder: FileRef.nullable() }),
  recentPhotos: Nothing,
  samplePhoto: Nothing,
  openPhoto: z.object({ file: FileRef }),
  closePhoto: z.object({ photo: PhotoId }),
  /** Assigns photos to this editor after it reconnected; returns those that are still open. */
  rejoinPhotos: z.object({ photos: z.array(PhotoId).max(10_000) }),
  /** Starts or continues a result. Stops the run in progress, which keeps its finished tiles. */
  startResult: ResultRequest.extend({
    /** Viewport in photo pixels, whose tiles are computed first; `null` = none. */
    view: RectSchema.nullable(),
  }),
  /** Returns the state of a result; computes nothing. */
  findResult: ResultRequest,
  /** Makes the tiles in the viewport (photo pixels) the next to be computed. */
  setViewport: z.object({ photo: PhotoId, view: RectSchema }),
  /** Stops the photo's run, which keeps its finished tiles. */
  stopResult: z.object({ photo: PhotoId }),
  /** Blends a result into the photo and writes it to a file. */
  exportPhoto: z.object({
    photo: PhotoId,
    result: ResultId,
    /** Stage from 1; 0 = the latest of each part. */
    stage: z.number().int().min(0).max(8),
    strength: z.number().min(0).max(1),
    regions: RegionDocument,
    output: ExportOptions,
  }),
  /** Shows a file in the system's file manager. */
  reveal: z.object({ file: FileRef }),
  /** Saves an edit; `null` deletes the saved one. Saving the sidecar removes the autosave. */
  saveEdit: z.object({ photo: PhotoId, edit: z.unknown(), to: EditPlace }),
  models: Nothing,
  providers: Nothing,
  /** Probes one provider again and times the default model on it. */
  testProvider: z.object({ provider: ProviderId }),
  readSettings: Nothing,
  /** Changes the given keys only. */
  writeSettings: z.object({ settings: z.record(z.string(), z.unknown()) }),
  /**
   * Closes the editor's window, after the user answered the questions that the command
   * `close-window` leads to. Rejects with `host-unable` in a browser.
   */
  closeWindow: Nothing,
  /** Updates the system's menus. Rejects with `host-unable` in a browser. */
  showMenus: Menus,
  ...BATCH_CALLS,
} as const;

export interface CallResults extends BatchCallResults {
  hello: AppInfo;
  pickPhotos: readonly FileEntry[];
  pickFolder: FileEntry | null;
  listFolder: FolderListing;
  recentPhotos: readonly FileEntry[];
  samplePhoto: FileEntry;
  openPhoto: OpenedPhoto;
  closePhoto: null;
  rejoinPhotos: readonly PhotoId[];
  startResult: StartedResult;
  findResult: StartedResult;
  setViewport: null;
  stopResult: null;
  exportPhoto: ExportReport;
  reveal: null;
  saveEdit: null;
  models: readonly PluginRow[];
  providers: readonly ProviderStatus[];
  testProvider: ProviderTest;
  readSettings: Readonly<Record<string, unknown>>;
  writeSettings: null;
  closeWindow: null;
  showMenus: null;
}

export type CallName = keyof typeof CALLS;
/** Input as a caller writes it: keys with a default may be left out. */
export type CallInput<Name extends CallName> = z.input<(typeof CALLS)[Name]>;
/** Validated input, completed by its defaults. */
export type CallArguments<Name extends CallName> = z.output<(typeof CALLS)[Name]>;
export type CallResult<Name extends CallName> = CallResults[Name];
