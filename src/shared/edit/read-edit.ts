/**
 * Validates stored edits, also hostile ones, in time and memory bounded by the limits of limits.ts.
 */
import { z } from 'zod';
import { UnsmearError } from '../core/errors.js';
import {
  addCounts,
  countsOf,
  EVERYWHERE,
  limitProblem,
  NO_COUNTS,
  RegionOperation,
  shareOf,
  TOO_MUCH_WORK,
  workOf,
  type PhotoSize,
  type RegionCounts,
  type RegionDocument,
  type Work,
} from '../regions/index.js';
import { EDIT_KIND, StoredHint, StoredHistory, StoredList, StoredSettings } from './edit-format.js';
import { DEFAULT_SETTINGS, newEdit, PhotoIdentity, ViewSettings } from './edit.js';
import type { Edit, EditSettings } from './edit.js';
import { hintScale, type Hint } from './hints.js';
import type { History, HistoryStep } from './history.js';
import { MAX_ALL_CELLS, MAX_ALL_OPERATIONS, MAX_EDIT_BYTES, MAX_REFERENCES } from './limits.js';
import { check, invalid, migrate, type StoredDocument } from './migrate.js';

export interface ReadEdit {
  readonly edit: Edit;
  readonly lost: readonly LostPart[];
}

/**
 * Part of an edit that could not be read and was replaced: zoom and position, or the undo steps.
 */
export type LostPart = 'view' | 'history';

/** The current settings of an edit, and the photo that they were made on. */
export interface ReadSettings {
  readonly photo: PhotoIdentity;
  readonly settings: EditSettings;
}

/**
 * Validates a sidecar or an autosave and migrates older versions. Throws `edit-invalid` with what
 * is wrong, or which limit it exceeds; a damaged history costs only the undo steps.
 */
export function readEdit(value: unknown, now: number): ReadEdit {
  const { file, photo, tables, stored } = open(value);
  const settings = tables.settings(stored);
  const lost: LostPart[] = [];
  const view = ViewSettings.safeParse(file.view ?? {});
  if (!view.success) lost.push('view');
  const fresh = newEdit(photo, now, settings);
  let history: History<EditSettings> | null = null;
  try {
    history = readHistory(file.history ?? null, settings, tables);
  } catch (error) {
    if (!(error instanceof UnsmearError)) throw error;
    lost.push('history');
  }
  const edit = {
    photo,
    history: history ?? fresh.history,
    view: view.success ? view.data : fresh.view,
  };
  return { edit, lost };
}

/**
 * Validates only the current settings; otherwise as `readEdit`. Yields after each operation, so
 * that the caller can pause: a million points take about 150 ms.
 */
export function* readEditSettings(value: unknown): Generator<void, ReadSettings> {
  const { photo, tables, stored } = open(value);
  yield* tables.prepare(stored);
  return { photo, settings: tables.settings(stored) };
}

function open(value: unknown): {
  readonly file: StoredDocument;
  readonly photo: PhotoIdentity;
  readonly tables: Tables;
  readonly stored: StoredSettings;
} {
  const file = migrate(value, EDIT_KIND);
  const photo = check(PhotoIdentity, file.photo, EDIT_KIND, 'photo');
  const tables = new Tables(file, photo);
  const fields = check(z.record(z.string(), z.unknown()), file.settings, EDIT_KIND, 'settings');
  const settings = { ...DEFAULT_SETTINGS, regions: -1, ...fields };
  const stored = check(StoredSettings, settings, EDIT_KIND, 'settings');
  return { file, photo, tables, stored };
}

function readHistory(
  value: unknown,
  settings: EditSettings,
  tables: Tables,
): History<EditSettings> | null {
  if (value === null) return null;
  const { current, steps } = check(StoredHistory, value, EDIT_KIND, 'history');
  if (current >= steps.length) throw invalid(EDIT_KIND, 'history.current: no such step');
  let stored: StoredSettings = { ...DEFAULT_SETTINGS, hints: [], regions: -1 };
  return {
    current,
    group: null,
    steps: steps.map(({ label, time, set }, i): HistoryStep<EditSettings> => {
      stored = { ...stored, ...(set as Partial<StoredSettings>) };
      return { label, time, state: i === current ? settings : tables.settings(stored) };
    }),
  };
}

/** A list of operations with what the limits apply to. */
interface ReadList {
  readonly document: RegionDocument;
  readonly counts: RegionCounts;
  /** Estimated work by scale. */
  readonly work: Map<number, Work>;
}

const EMPTY: ReadList = { document: EVERYWHERE, counts: NO_COUNTS, work: new Map() };

/** The tables of a file; entries are validated when they are first used, each once. */
class Tables {
  readonly #photo: PhotoSize;
  readonly #stored: Readonly<Record<'operations' | 'lists' | 'hints', readonly unknown[]>>;
  readonly #operations: RegionOperation[] = [];
  readonly #lists: ReadList[] = [];
  readonly #hints: { readonly hint: Hint; readonly paint: ReadList }[] = [];
  #references = 0;
  #validated = NO_COUNTS;

  constructor({ operations = [], lists = [], hints = [] }: StoredDocument, photo: PhotoSize) {
    this.#photo = photo;
    const table = z.array(z.unknown());
    this.#stored = check(
      z.object({ operations: table, lists: table, hints: table }),
      { operations, lists, hints },
      EDIT_KIND,
      '',
    );
  }

  /** Validates the operations of the mask one by one; `settings` then takes little time. */
  *prepare({ regions }: StoredSettings): Generator<void> {
    const list = StoredList.safeParse(this.#stored.lists[regions]).data ?? [];
    for (const index of list.slice(3)) {
      this.#work(this.#operation(index), 1);
      yield;
    }
  }

  /** Returns settings with their regions and hints. Throws if the limits do not allow them. */
  settings(stored: StoredSettings): EditSettings {
    const regions = this.#list(stored.regions);
    const hints = stored.hints.map((index) => this.#hint(index));
    this.#checkLimits(
      regions,
      hints.map(({ paint }) => paint),
    );
    return {
      ...stored,
      regions: regions.document,
      hints: hints.map(({ hint }) => hint),
    };
  }

  #checkLimits(regions: ReadList, paints: readonly ReadList[]): void {
    const counts = paints.reduce((sum, paint) => addCounts(sum, paint.counts), regions.counts);
    const problem = limitProblem(counts);
    if (problem !== null) throw invalid(EDIT_KIND, problem);
    const scale = hintScale(this.#photo);
    const share = paints.reduce(
      (sum, paint) => sum + this.#share(paint, scale),
      this.#share(regions, 1),
    );
    if (share > 1) throw invalid(EDIT_KIND, `its mask ${TOO_MUCH_WORK}`);
  }

  #share(list: ReadList, scale: number): number {
    let work = list.work.get(scale);
    if (work === undefined) {
      work = list.document.operations.reduce(
        (sum, operation) => addWork(sum, this.#work(operation, scale)),
        NO_WORK,
      );
      list.work.set(scale, work);
    }
    return shareOf(work, this.#photo, scale);
  }

  readonly #known = new Map<number, WeakMap<RegionOperation, Work>>();

  #work(operation: RegionOperation, scale: number): Work {
    const known = this.#known.get(scale) ?? new WeakMap<RegionOperation, Work>();
    this.#known.set(scale, known);
    const work = known.get(operation) ?? workOf(operation, this.#photo, scale);
    known.set(operation, work);
    return work;
  }

  #hint(index: number): { readonly hint: Hint; readonly paint: ReadList } {
    const known = this.#hints[index];
    if (known !== undefined) return known;
    const stored = check(StoredHint, this.#stored.hints[index], EDIT_KIND, `hints.${index}`);
    const paint = stored.kind === 'painted' ? this.#list(stored.paint) : EMPTY;
    const hint = stored.kind === 'painted' ? { ...stored, paint: paint.document } : stored;
    return (this.#hints[index] = { hint, paint });
  }

  /**
   * Resolves a list with those that it is based on, without recursion: a chain is as long as the
   * history.
   */
  #list(index: number): ReadList {
    const chain: { readonly index: number; readonly list: readonly number[] }[] = [];
    let at = index;
    while (at >= 0 && this.#lists[at] === undefined) {
      const list = check(StoredList, this.#stored.lists[at], EDIT_KIND, `lists.${at}`);
      const base = list[0]!;
      if (base >= at) throw invalid(EDIT_KIND, `lists.${at}: based on a later list`);
      chain.push({ index: at, list });
      at = base;
    }
    let result = at < 0 ? EMPTY : this.#lists[at]!;
    for (const { index, list } of chain.reverse()) {
      result = this.#spliced(result, list, `lists.${index}`);
      this.#lists[index] = result;
    }
    return result;
  }

  #spliced(
    base: ReadList,
    [, at = 0, cut = 0, ...indexes]: readonly number[],
    place: string,
  ): ReadList {
    const before = base.document.operations;
    if (at < 0 || cut < 0 || at + cut > before.length) {
      throw invalid(EDIT_KIND, `${place}: beyond the end of its base`);
    }
    this.#references += before.length - cut + indexes.length;
    if (this.#references > MAX_REFERENCES) throw invalid(EDIT_KIND, TOO_LARGE);
    const removed = before.slice(at, at + cut);
    let { counts } = base;
    for (const operation of removed) counts = addCounts(counts, countsOf(operation), -1);
    for (const index of indexes)
      counts = addCounts(counts, countsOf(this.#stored.operations[index]));
    // Before the operations are validated, which takes longer.
    const problem = limitProblem(counts);
    if (problem !== null) throw invalid(EDIT_KIND, problem);
    const added = indexes.map((index) => this.#operation(index));
    const work = new Map<number, Work>();
    for (const [scale, known] of base.work) {
      let sum = known;
      for (const operation of removed) sum = addWork(sum, this.#work(operation, scale), -1);
      for (const operation of added) sum = addWork(sum, this.#work(operation, scale));
      work.set(scale, sum);
    }
    const rest = before.slice(at + cut);
    // `concat` copies long lists faster than spreading does.
    const operations = before.slice(0, at).concat(added, rest);
    const document = operations.length === 0 ? EVERYWHERE : { operations };
    return { document, counts, work };
  }

  #operation(index: number): RegionOperation {
    const known = this.#operations[index];
    if (known !== undefined) return known;
    const entry = this.#stored.operations[index];
    this.#validated = addCounts(this.#validated, countsOf(entry));
    const { operations, characters, cells } = this.#validated;
    const tooLarge =
      operations > MAX_ALL_OPERATIONS || characters > MAX_EDIT_BYTES || cells > MAX_ALL_CELLS;
    if (tooLarge) throw invalid(EDIT_KIND, TOO_LARGE);
    const operation = check(RegionOperation, entry, EDIT_KIND, `operations.${index}`);
    this.#operations[index] = operation;
    return operation;
  }
}

const TOO_LARGE = 'it is larger than anything that can be drawn';
const NO_WORK: Work = { ns: 0, margin: 0 };

function addWork(a: Work, b: Work, sign = 1): Work {
  return { ns: a.ns + sign * b.ns, margin: a.margin + sign * b.margin };
}
