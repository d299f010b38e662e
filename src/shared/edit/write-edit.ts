/**
 * Turns an edit into its stored form, in time proportional to its operations and steps, not to
 * their product.
 */
import type { RegionDocument, RegionOperation } from '../regions/index.js';
import { DEFAULT_SETTINGS, settingsOf, type Edit, type EditSettings } from './edit.js';
import { EDIT_KIND, type EditFile, type StoredHint, type StoredSettings } from './edit-format.js';
import type { Hint } from './hints.js';
import { fitHistory } from './limits.js';
import { spliceOf } from './splice.js';

/**
 * Returns the document to be saved. Steps that do not fit into a file are left out (`fitHistory`).
 */
export function writeEdit(edit: Edit): EditFile {
  const tables = new Tables();
  // First, so that the settings' lists are whole and can be read without the history.
  const settings = tables.settings(settingsOf(edit));
  const { steps, current } = fitHistory(edit.history);
  const stored = steps.map(({ label, time, state }, i) => {
    const set = tables.changes(state, steps[i - 1]?.state ?? DEFAULT_SETTINGS);
    return { label, time, set };
  });
  const { operations, lists, hints } = tables;
  return {
    ...{ format: EDIT_KIND.format, version: EDIT_KIND.version },
    ...{ photo: edit.photo, view: edit.view, settings },
    history: steps.length > 1 ? { current, steps: stored } : null,
    ...{ operations, lists, hints },
  };
}

class Tables {
  readonly operations: RegionOperation[] = [];
  readonly lists: number[][] = [];
  readonly hints: StoredHint[] = [];
  readonly #operationIndexes = new Map<RegionOperation, number>();
  readonly #listIndexes = new Map<RegionDocument, number>();
  readonly #hintIndexes = new Map<Hint, number>();
  /** Latest paint of each hint, by id. */
  readonly #paints = new Map<string, RegionDocument>();

  settings(settings: EditSettings): StoredSettings {
    const hints = settings.hints.map((hint) => this.#hint(hint));
    return { ...settings, hints, regions: this.#list(settings.regions, null) };
  }

  /** Returns the settings that differ from those before. */
  changes(settings: EditSettings, before: EditSettings): Partial<StoredSettings> {
    const { hints, regions, ...rest } = settings;
    const changed = Object.entries(rest).filter(
      ([key, value]) => before[key as keyof typeof rest] !== value,
    );
    return {
      ...Object.fromEntries(changed),
      ...(hints !== before.hints && { hints: hints.map((hint) => this.#hint(hint)) }),
      ...(regions !== before.regions && { regions: this.#list(regions, before.regions) }),
    };
  }

  #hint(hint: Hint): number {
    const known = this.#hintIndexes.get(hint);
    if (known !== undefined) return known;
    let stored: StoredHint;
    if (hint.kind === 'box') stored = hint;
    else {
      stored = { ...hint, paint: this.#list(hint.paint, this.#paints.get(hint.id) ?? null) };
      this.#paints.set(hint.id, hint.paint);
    }
    const index = this.hints.push(stored) - 1;
    this.#hintIndexes.set(hint, index);
    return index;
  }

  /** `base`: a similar list; used if it is in the table. */
  #list(document: RegionDocument, base: RegionDocument | null): number {
    const { operations } = document;
    if (operations.length === 0) return -1;
    const known = this.#listIndexes.get(document);
    if (known !== undefined) return known;
    const baseIndex = base === null ? -1 : (this.#listIndexes.get(base) ?? -1);
    const { at, cut, added } = spliceOf(baseIndex < 0 ? [] : base!.operations, operations);
    const own = operations.slice(at, at + added).map((operation) => this.#operation(operation));
    const index = this.lists.push([baseIndex, at, cut, ...own]) - 1;
    this.#listIndexes.set(document, index);
    return index;
  }

  #operation(operation: RegionOperation): number {
    const known = this.#operationIndexes.get(operation);
    if (known !== undefined) return known;
    const index = this.operations.push(operation) - 1;
    this.#operationIndexes.set(operation, index);
    return index;
  }
}
