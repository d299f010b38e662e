/** What the editor may ask of its host: one zod schema for what comes in, one type for what goes out. */
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
  type Rect,
} from '../contracts/restore.js';
import { BATCH_CALLS, type BatchCallResults } from './batches.js';
import { FileRef, PhotoId, ResultId } from './ids.js';
import { Menus } from './menus.js';

export interface AppInfo {
  readonly version: string;
  readonly host: 'electron' | 'browser';
  readonly platform: string;
  /** How photos are chosen: the system's dialog, or folders listed by `listFolder`. */
  readonly chooser: 'system' | 'folders';
  /** Whether `reveal` can show a file in the system's file manager. */
  readonly canReveal: boolean;
  /** Largest upload in bytes, null where dropped files are read in place. */
  readonly uploadLimit: number | null;
  /** Photos that the program was given wait for an editor: `open-files` follows the answer to `readSettings`. */
  readonly photosGiven: boolean;
}

export interface FileEntry {
  readonly ref: FileRef;
  readonly name: string;
  readonly kind: 'folder' | 'photo';
  /** null for folders. */
  readonly bytes: number | null;
  /** Milliseconds since 1970, null where unknown. */
  readonly modified: number | null;
}

export interface FolderListing {
  /** From the root down to this folder; empty at the list of roots. */
  readonly trail: readonly FileEntry[];
  readonly entries: readonly FileEntry[];
}

/** `sidecar`: where the user saves, which is the data folder for files without a folder of their own. */
export const EditPlace = z.enum(['autosave', 'sidecar']);
export type EditPlace = z.infer<typeof EditPlace>;

export interface OpenedPhoto {
  readonly photo: PhotoId;
  readonly name: string;
  /** Size of the file. */
  readonly bytes: number;
  /** SHA-256 of the file, hexadecimal. */
  readonly hash: string;
  /** As displayed. */
  readonly width: number;
  readonly height: number;
  /** Levels of the pyramid. */
  readonly levels: number;
  readonly format: string;
  /** The embedded profile's name, null: untagged (sRGB). */
  readonly profile: string | null;
  readonly warnings: readonly WarningData[];
  /** When it was taken, else when its file was last changed: local time, `2026-01-09T07:05:03`. */
  readonly taken: string;
  /** Per sample, as it is read. */
  readonly bits: number;
  /** false: the file is a copy of our own (an upload, the sample). Nothing is written beside it; saved edits are kept in the data folder. */
  readonly hasFolder: boolean;
  /** What the sidecar or the autosave holds, whichever is newer, unchecked: the editor validates it; null: a fresh photo. */
  readonly edit: unknown;
  /** Where it was found. From the autosave it was not saved by the user: after a crash, or left open. */
  readonly editFrom: EditPlace | null;
  /** Why what is kept there could not be read. A sidecar stays as it is. */
  readonly editProblem: ErrorData | null;
}

/** Everything a result depends on. Mask and strength are not here: they only blend it. */
export const ResultSettings = z.object({
  /** null: the default plug-in. */
  plugin: z.string().max(64).nullable().default(null),
  provider: ProviderChoice.default('auto'),
  rois: z.array(RoiHint).max(1000).default([]),
  tile: z.union([z.literal('auto'), z.number().int().min(128).max(1024)]).default('auto'),
  selfEnsemble: z.boolean().default(false),
  /** Leave sharp tiles alone. */
  skip: z.boolean().default(true),
});
export type ResultSettings = z.infer<typeof ResultSettings>;

/** Pixels of the photo as displayed. */
export const RectSchema = z.object({
  x: z.number().min(0),
  y: z.number().min(0),
  w: z.number().min(0),
  h: z.number().min(0),
}) satisfies z.ZodType<Rect>;

export interface StartedResult {
  readonly result: ResultId;
  /** Labels of the stages. */
  readonly stages: readonly string[];
  readonly maps: readonly string[];
  /** Longest side of its tiles, in pixels. */
  readonly tile: number;
  /** True when every tile was there from an earlier run: nothing has to be computed. */
  readonly complete: boolean;
  /** Share of the photo that is blurred, 0-1, as `finished` told it; null while the result is not complete. */
  readonly blurredShare: number | null;
  /** For the addresses of its pixels, until an event tells a higher one. */
  readonly version: number;
}

/** Name of a file that every system can hold: no path, no hidden file, no device of Windows, at most 255 bytes. */
const FileName = z.string().superRefine((name, context) => {
  const [problem] = fileNameProblems(name);
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem.message });
});

export const ExportOptions = z.object({
  /** Folder to write to; null: the photo's own, or a download where that is not known (uploads). */
  folder: z.union([FileRef, z.literal('download')]).nullable(),
  /** With the extension of `format`. */
  name: FileName,
  format: OutputFormat,
  quality: z.number().int().min(1).max(100).nullable(),
  /** null: as the photo has, where the format can hold it. */
  depth: Depth.nullable(),
  metadata: MetadataPolicy,
  onExist: OnExist,
});
export type ExportOptions = z.infer<typeof ExportOptions>;

export interface ExportReport {
  readonly name: string;
  /** For `reveal`; null for a download. */
  readonly file: FileRef | null;
  /** Where the browser fetches a download, once. */
  readonly download: string | null;
  readonly bytes: number;
  readonly warnings: readonly WarningData[];
}

/** A result of a photo, as far as its mask reaches. */
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
  /** The system's dialog; rejects with `host-unable` on a host without one. */
  pickPhotos: Nothing,
  /** The system's dialog for a folder to export to; null: none was chosen. Rejects as `pickPhotos` does. */
  pickFolder: Nothing,
  listFolder: z.object({ folder: FileRef.nullable() }),
  recentPhotos: Nothing,
  samplePhoto: Nothing,
  openPhoto: z.object({ file: FileRef }),
  closePhoto: z.object({ photo: PhotoId }),
  /** Which of these are still open; from now on they belong to the editor that asks. For a connection that was lost and is back. */
  rejoinPhotos: z.object({ photos: z.array(PhotoId).max(10_000) }),
  /** Starts or continues a result; the run in progress stops and keeps its finished tiles. */
  startResult: ResultRequest.extend({
    /** Viewport in photo pixels: its tiles are computed first; `null` = none. */
    view: RectSchema.nullable(),
  }),
  /** Returns the state of a result; computes nothing. */
  findResult: ResultRequest,
  /** Changes the viewport of the photo's run. */
  setViewport: z.object({ photo: PhotoId, view: RectSchema }),
  /** Stops; what is finished stays. */
  stopResult: z.object({ photo: PhotoId }),
  /** Writes the photo with a result: `edit` holds regions and strength (src/shared/edit). */
  exportPhoto: z.object({
    photo: PhotoId,
    result: ResultId,
    /** 0: the last stage. */
    stage: z.number().int().min(0).max(8),
    strength: z.number().min(0).max(1),
    regions: RegionDocument,
    output: ExportOptions,
  }),
  reveal: z.object({ file: FileRef }),
  /** `edit` null: what is kept there is given up. A saved sidecar makes the autosave needless: it is removed. */
  saveEdit: z.object({ photo: PhotoId, edit: z.unknown(), to: EditPlace }),
  models: Nothing,
  providers: Nothing,
  /** Probes one provider anew and times the default network on it. */
  testProvider: z.object({ provider: ProviderId }),
  readSettings: Nothing,
  /** Changes the keys that are given; the others stay. */
  writeSettings: z.object({ settings: z.record(z.string(), z.unknown()) }),
  /** The editor has asked what had to be asked after the command `close-window`: its window may go. `host-unable` in a browser. */
  closeWindow: Nothing,
  /** For menus outside the page, whenever they change. `host-unable` in a browser. */
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
/** What a caller writes: defaults may be left out. */
export type CallInput<Name extends CallName> = z.input<(typeof CALLS)[Name]>;
export type CallArguments<Name extends CallName> = z.output<(typeof CALLS)[Name]>;
export type CallResult<Name extends CallName> = CallResults[Name];
