/**
 * An edit on disk: the sidecar `<photo>.unsmear.json` and the autosave. Strokes and masks that several steps of the history
 * share are written once.
 */
import { z } from 'zod';
import { EditSettings, newEdit, DEFAULT_SETTINGS, PhotoIdentity, settingsOf } from './edit.js';
import { ViewSettings, type Edit } from './edit.js';
import { toUnsmearError } from './errors.js';
import { boundHistory, type History, type HistoryStep } from './history.js';
import { check, invalid, migrate, type DocumentKind, type StoredDocument } from './migrate.js';
import { MAX_OPERATIONS, RegionOperation } from './regions/index.js';
import { renameNetworksInEdit } from './renamed-networks.js';
import { packShared, unpackShared } from './shared-json.js';

export const EDIT_KIND: DocumentKind = {
  format: 'unsmear-edit',
  name: 'edit',
  version: 2,
  steps: { 1: renameNetworksInEdit },
};

/** What is written: plain JSON. */
export interface EditFile {
  readonly format: string;
  readonly version: number;
  readonly photo: PhotoIdentity;
  readonly view: ViewSettings;
  /** `settings` and `history` may hold references into `shared`. */
  readonly settings: unknown;
  readonly history: unknown;
  readonly shared: readonly unknown[];
}

export interface EditFileLimits {
  /** Steps of the history that are kept. */
  readonly steps: number;
  /** Beyond this length, as JSON, fewer steps are kept. The present settings are always written. */
  readonly characters: number;
}

const LIMITS: EditFileLimits = { steps: 200, characters: 8_000_000 };
/** Points of all strokes together: more is no drawing, but an attempt to keep the reader busy. */
const MAX_POINTS = 5_000_000;

const StoredHistory = z.object({
  current: z.number().int().min(0),
  steps: z
    .array(z.object({ label: z.string().max(200), time: z.number(), state: z.unknown() }))
    .min(1)
    .max(10_000),
});

export function writeEdit(edit: Edit, limits: Partial<EditFileLimits> = {}): EditFile {
  const { steps, characters } = { ...LIMITS, ...limits };
  for (let kept = Math.min(steps, edit.history.steps.length); ; kept = Math.floor(kept / 2)) {
    const file = fileWith(edit, kept);
    // One step is what the settings say already.
    if (kept <= 1 || JSON.stringify(file).length <= characters) return file;
  }
}

function fileWith(edit: Edit, kept: number): EditFile {
  const { steps, current } = boundHistory(edit.history, kept);
  // The present state stands under `settings`, where a person finds it.
  const others = steps.map((step, i) => (i === current ? { ...step, state: null } : step));
  const history = kept > 1 ? { current, steps: others } : null;
  const { root, shared } = packShared({ settings: settingsOf(edit), history });
  const { format, version } = EDIT_KIND;
  const parts = root as { settings: unknown; history: unknown };
  return { format, version, photo: edit.photo, view: edit.view, ...parts, shared };
}

export interface ReadEdit {
  readonly edit: Edit;
  /** What could not be kept, in sentences. */
  readonly warnings: readonly string[];
}

/**
 * Checks what a sidecar or an autosave holds. Older versions are brought up to date; `edit-invalid` says what is wrong with
 * anything else. A damaged history costs only the undo steps.
 */
export function readEdit(value: unknown, now: number): ReadEdit {
  const file = migrate(value, EDIT_KIND);
  const photo = check(PhotoIdentity, file.photo, EDIT_KIND, 'photo');
  const parts = unpack(file);
  const operations = new OperationReader();
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
  // Both in one go, so that they share their parts.
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
      // The settings count, whatever the history says.
      if (i === current) return { label, time, state: settings };
      return { label, time, state: readSettings(state, operations, `history.steps.${i}`) };
    }),
  };
}

type Fields = Readonly<Record<string, unknown>>;

function readSettings(value: unknown, operations: OperationReader, place: string): EditSettings {
  const fields = check(z.record(z.string(), z.unknown()), value, EDIT_KIND, place);
  const lists: RegionOperation[][] = [];
  /** The regions without their operations, which are checked here. */
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
  return {
    ...checked,
    regions: fill(),
    hints: checked.hints.map((hint) =>
      hint.kind === 'painted' ? { ...hint, paint: fill() } : hint,
    ),
  };
}

/** Checks operations, each once however many steps hold it. */
class OperationReader {
  readonly #known = new Map<unknown, RegionOperation>();
  #points = 0;

  readList(list: readonly unknown[], place: string): RegionOperation[] {
    if (list.length > MAX_OPERATIONS) throw invalid(EDIT_KIND, `${place}: too many`);
    return list.map((entry, i) => this.#read(entry, `${place}.${i}`));
  }

  #read(entry: unknown, place: string): RegionOperation {
    const known = this.#known.get(entry);
    if (known) return known;
    const operation = check(RegionOperation, entry, EDIT_KIND, place);
    if ('points' in operation) this.#points += operation.points.length;
    if (this.#points > MAX_POINTS) throw invalid(EDIT_KIND, 'more points than anybody can draw');
    this.#known.set(entry, operation);
    return operation;
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}
