/**
 * Reads and writes an edit as a document: the sidecar `<photo>.unsmear.json` and the autosave. Strokes and masks
 * that several steps of the history share are written once.
 */
import { z } from 'zod';
import { EditSettings, newEdit, DEFAULT_SETTINGS, PhotoIdentity, settingsOf } from './edit.js';
import { ViewSettings, type Edit } from './edit.js';
import { toUnsmearError } from '../core/errors.js';
import { boundHistory, type History, type HistoryStep } from './history.js';
import { check, invalid, migrate, type DocumentKind, type StoredDocument } from './migrate.js';
import { hintScale } from './hints.js';
import {
  countProblem,
  countsOf,
  RegionOperation,
  TOO_MUCH_WORK,
  workShare,
  type PhotoSize,
} from '../regions/index.js';
import { renameNetworksInEdit } from './renamed-networks.js';
import { packShared, unpackShared } from './shared-json.js';

export const EDIT_KIND: DocumentKind = {
  format: 'unsmear-edit',
  name: 'edit',
  version: 2,
  steps: { 1: renameNetworksInEdit },
};

/** The document, as plain JSON. */
export interface EditFile {
  readonly format: string;
  readonly version: number;
  readonly photo: PhotoIdentity;
  readonly view: ViewSettings;
  /** Like `history`, may hold references into `shared`. */
  readonly settings: unknown;
  readonly history: unknown;
  readonly shared: readonly unknown[];
}

export interface EditFileLimits {
  /** Most steps of the history that are written. */
  readonly steps: number;
  /** Length of the JSON above which fewer steps are written; the current settings always are. */
  readonly characters: number;
}

const LIMITS: EditFileLimits = { steps: 200, characters: 8_000_000 };
/** Operations of all steps together; steps share them, so a short document can refer to many. */
const MAX_REFERENCES = 1_000_000;
/** Points and grid cells of all steps together, each counted once. */
const MAX_POINTS = 5_000_000;
const MAX_CELLS = 600_000_000;
const TOO_LARGE = 'it is larger than anything that can be drawn';

const StoredHistory = z.object({
  current: z.number().int().min(0),
  steps: z
    .array(z.object({ label: z.string().max(200), time: z.number(), state: z.unknown() }))
    .min(1)
    .max(1000),
});

export function writeEdit(edit: Edit, limits: Partial<EditFileLimits> = {}): EditFile {
  const { steps, characters } = { ...LIMITS, ...limits };
  for (let kept = Math.min(steps, edit.history.steps.length); ; kept = Math.floor(kept / 2)) {
    const file = fileWith(edit, kept);
    // A single step holds nothing but the settings.
    if (kept <= 1 || JSON.stringify(file).length <= characters) return file;
  }
}

function fileWith(edit: Edit, kept: number): EditFile {
  const { steps, current } = boundHistory(edit.history, kept);
  // The current state is written under `settings`, where a person finds it.
  const others = steps.map((step, i) => (i === current ? { ...step, state: null } : step));
  const history = kept > 1 ? { current, steps: others } : null;
  const { root, shared } = packShared({ settings: settingsOf(edit), history });
  const { format, version } = EDIT_KIND;
  const parts = root as { settings: unknown; history: unknown };
  return { format, version, photo: edit.photo, view: edit.view, ...parts, shared };
}

export interface ReadEdit {
  readonly edit: Edit;
  /** Parts that could not be read, in sentences. */
  readonly warnings: readonly string[];
}

/**
 * Validates a sidecar or an autosave and migrates older versions. Throws `edit-invalid` with what is wrong, or
 * which limit it exceeds; a damaged history costs only the undo steps.
 */
export function readEdit(value: unknown, now: number): ReadEdit {
  const file = migrate(value, EDIT_KIND);
  const photo = check(PhotoIdentity, file.photo, EDIT_KIND, 'photo');
  const parts = unpack(file);
  const operations = new OperationReader(photo);
  const settings = readSettings(parts.settings, operations, 'settings');
  const warnings: string[] = [];
  const view = ViewSettings.safeParse(file.view ?? {});
  if (!view.success) warnings.push('How the photo was looked at could not be read.');
  const fresh = newEdit(photo, now, settings);
  let history: History<EditSettings> | null = null;
  try {
    history = readHistory(parts.history, settings, operations);
  } catch (error) {
    const { message } = toUnsmearError(error);
    warnings.push(`The undo steps could not be read, the edit itself could. (${message})`);
  }
  const edit = {
    photo,
    history: history ?? fresh.history,
    view: view.success ? view.data : fresh.view,
  };
  return { edit, warnings };
}

function unpack(file: StoredDocument): { settings: unknown; history: unknown } {
  const shared = check(z.array(z.unknown()), file.shared ?? [], EDIT_KIND, 'shared');
  const settings = unpackShared({ root: file.settings, shared });
  if (!settings) throw invalid(EDIT_KIND, 'parts of it are missing');
  // Both are unpacked together, so that they share their parts.
  const both = unpackShared({
    root: { settings: file.settings, history: file.history ?? null },
    shared,
  });
  if (both) return both.value as { settings: unknown; history: unknown };
  return { settings: settings.value, history: { damaged: true } };
}

function readHistory(
  value: unknown,
  settings: EditSettings,
  operations: OperationReader,
): History<EditSettings> | null {
  if (value === null) return null;
  const { current, steps } = check(StoredHistory, value, EDIT_KIND, 'history');
  if (current >= steps.length) throw invalid(EDIT_KIND, 'history.current: no such step');
  return {
    current,
    group: null,
    steps: steps.map(({ label, time, state }, i): HistoryStep<EditSettings> => {
      // The settings take precedence over the history's current step.
      if (i === current) return { label, time, state: settings };
      return { label, time, state: readSettings(state, operations, `history.steps.${i}`) };
    }),
  };
}

type Fields = Readonly<Record<string, unknown>>;

function readSettings(value: unknown, operations: OperationReader, place: string): EditSettings {
  const fields = check(z.record(z.string(), z.unknown()), value, EDIT_KIND, place);
  const lists: RegionOperation[][] = [];
  /** Returns regions without their operations, which `OperationReader` checks. */
  const lighten = (regions: unknown, where: string): unknown => {
    const list = isFields(regions) ? regions.operations : undefined;
    if (!isFields(regions) || !Array.isArray(list)) return regions;
    lists.push(operations.readList(list, `${where}.operations`));
    return { ...regions, operations: [] };
  };
  const light: Record<string, unknown> = { ...DEFAULT_SETTINGS, ...fields };
  light.regions = lighten(light.regions, `${place}.regions`);
  if (Array.isArray(light.hints)) {
    light.hints = light.hints.map((hint: unknown, i) =>
      isFields(hint) && hint.kind === 'painted'
        ? { ...hint, paint: lighten(hint.paint, `${place}.hints.${i}.paint`) }
        : hint,
    );
  }
  const checked = check(EditSettings, light, EDIT_KIND, place);
  const fill = (): { version: 1; operations: RegionOperation[] } => ({
    version: 1,
    operations: lists.shift() ?? [],
  });
  const settings = {
    ...checked,
    regions: fill(),
    hints: checked.hints.map((hint) =>
      hint.kind === 'painted' ? { ...hint, paint: fill() } : hint,
    ),
  };
  operations.checkWork(settings);
  return settings;
}

/** Validates operations, each once however many steps hold it, and counts them before that. */
class OperationReader {
  readonly #known = new Map<unknown, RegionOperation>();
  /** Estimated work of each operation in masks and, at their coarser scale, in hints. */
  readonly #maskWork = new WeakMap<RegionOperation, number>();
  readonly #hintWork = new WeakMap<RegionOperation, number>();
  #references = 0;
  #points = 0;
  #cells = 0;

  constructor(private readonly photo: PhotoSize) {}

  readList(list: readonly unknown[], place: string): RegionOperation[] {
    const problem = countProblem(list);
    if (problem !== null) throw invalid(EDIT_KIND, problem);
    this.#references += list.length;
    if (this.#references > MAX_REFERENCES) throw invalid(EDIT_KIND, TOO_LARGE);
    return list.map((entry, i) => this.#read(entry, `${place}.${i}`));
  }

  /** Throws `edit-invalid` if the mask and the painted hints would take too long to draw. */
  checkWork({ regions, hints }: EditSettings): void {
    const { photo } = this;
    let share = workShare(regions.operations, photo, 1, this.#maskWork);
    for (const hint of hints) {
      if (hint.kind !== 'painted') continue;
      const { operations } = hint.paint;
      share += workShare(operations, photo, hintScale(photo), this.#hintWork);
    }
    if (share > 1) throw invalid(EDIT_KIND, `its mask ${TOO_MUCH_WORK}`);
  }

  #read(entry: unknown, place: string): RegionOperation {
    const known = this.#known.get(entry);
    if (known) return known;
    const { points, cells } = countsOf(entry);
    this.#points += points;
    this.#cells += cells;
    const tooMany = this.#points > MAX_POINTS || this.#cells > MAX_CELLS;
    if (tooMany) throw invalid(EDIT_KIND, TOO_LARGE);
    const operation = check(RegionOperation, entry, EDIT_KIND, place);
    this.#known.set(entry, operation);
    return operation;
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}
