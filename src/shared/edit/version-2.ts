/**
 * Reads version 2 of edits and presets. Points were lists of numbers, every step of the history
 * held whole settings, and `{ "$": n }` stood for entry n of the list `shared`.
 */
import { packPoints, type BrushPoint } from '../regions/index.js';
import type { StoredDocument } from './migrate.js';

type Fields = Readonly<Record<string, unknown>>;

const KEY = '$';
/** Nesting of objects and lists; an edit had about ten. */
const MAX_DEPTH = 100;

/** Migrates an edit from version 2. What is malformed stays as it is, for the reader to refuse. */
export function tabulate(document: StoredDocument): StoredDocument {
  const { settings, history, shared, ...rest } = document;
  const parts = new SharedParts(Array.isArray(shared) ? shared : []);
  const current = parts.unpack(settings);
  const tables = new Tables();
  const stored = tables.state(current);
  return { ...rest, settings: stored, history: historyOf(history, parts, tables), ...tables.all };
}

/** Migrates a preset from version 2, which held its operations directly. */
export function packPreset(preset: StoredDocument): StoredDocument {
  const { settings } = preset;
  if (!isFields(settings)) return preset;
  const packer = new Packer();
  const { regions, hints } = settings;
  return {
    ...preset,
    settings: {
      ...settings,
      ...('regions' in settings && { regions: packer.document(regions) }),
      ...(Array.isArray(hints) && {
        hints: hints.map((hint: unknown) =>
          isFields(hint) && 'paint' in hint
            ? { ...hint, paint: packer.document(hint.paint) }
            : hint,
        ),
      }),
    },
  };
}

function historyOf(history: unknown, parts: SharedParts, tables: Tables): unknown {
  if (history === undefined || history === null) return null;
  const unpacked = parts.unpack(history);
  if (!isFields(unpacked) || !Array.isArray(unpacked.steps)) return DAMAGED;
  const { current } = unpacked;
  const steps = unpacked.steps.map((step: unknown, i) => {
    if (!isFields(step)) return DAMAGED;
    const { state, ...rest } = step;
    // The current state stood under `settings` only.
    return { ...rest, set: i === current ? {} : tables.state(state, UNSET) };
  });
  return { current, steps };
}

/** A value that no schema accepts. */
const DAMAGED = 'damaged';
/** Settings that a state of version 2 could leave out; a step of version 3 would inherit them. */
const UNSET = {
  plugin: null,
  provider: 'auto',
  tile: 'auto',
  selfEnsemble: false,
  skip: true,
  stage: 0,
  strength: 1,
};

/** Unpacks references; parts that were shared are the same objects again. */
class SharedParts {
  readonly #done = new Map<number, unknown>();
  readonly #open = new Set<number>();

  constructor(private readonly shared: readonly unknown[]) {}

  /**
   * Returns `DAMAGED` for a reference that leads nowhere or into itself, or a nesting without end.
   */
  unpack(value: unknown): unknown {
    try {
      return this.#unpack(value, 0);
    } catch (error) {
      if (error instanceof RangeError) return DAMAGED;
      throw error;
    } finally {
      this.#open.clear();
    }
  }

  #unpack(part: unknown, depth: number): unknown {
    if (!isFields(part)) return part;
    if (depth > MAX_DEPTH) throw new RangeError('Nested too deep.');
    if (KEY in part) return this.#part(part, depth);
    if (Array.isArray(part)) return part.map((value) => this.#unpack(value, depth + 1));
    const entries = Object.entries(part);
    return Object.fromEntries(entries.map(([key, value]) => [key, this.#unpack(value, depth + 1)]));
  }

  #part(reference: Fields, depth: number): unknown {
    const number = reference[KEY];
    const alone = Object.keys(reference).length === 1;
    if (!alone || typeof number !== 'number' || !(number in this.shared)) {
      throw new RangeError('A reference leads nowhere.');
    }
    if (this.#done.has(number)) return this.#done.get(number);
    if (this.#open.has(number)) throw new RangeError('A part contains itself.');
    this.#open.add(number);
    const value = this.#unpack(this.shared[number], depth + 1);
    this.#open.delete(number);
    this.#done.set(number, value);
    return value;
  }
}

/** Packs the points of operations, each once. */
class Packer {
  readonly #operations = new Map<unknown, unknown>();
  readonly #paths = new Map<unknown, { readonly text: string; readonly stride: 2 | 3 }>();

  document(value: unknown): unknown {
    if (!isFields(value) || !Array.isArray(value.operations)) return value;
    if (value.version !== 1) return DAMAGED;
    return { operations: value.operations.map((operation) => this.operation(operation)) };
  }

  operation(value: unknown): unknown {
    if (!isFields(value) || !Array.isArray(value.points)) return value;
    const known = this.#operations.get(value);
    if (known !== undefined) return known;
    const { points, ...rest } = value;
    const path = this.#path(points);
    if (path === null) return value;
    const pressure = value.kind === 'stroke' ? { pressure: path.stride === 3 } : {};
    const packed = { ...rest, ...pressure, path: path.text };
    this.#operations.set(value, packed);
    return packed;
  }

  #path(points: readonly unknown[]): { readonly text: string; readonly stride: 2 | 3 } | null {
    const known = this.#paths.get(points);
    if (known !== undefined) return known;
    if (!points.every(isPoint)) return null;
    const path = packPoints(points);
    this.#paths.set(points, path);
    return path;
  }
}

/** Collects operations, lists and hints into the tables of version 3. */
class Tables {
  readonly #packer = new Packer();
  readonly #operations: unknown[] = [];
  readonly #lists: number[][] = [];
  readonly #hints: unknown[] = [];
  readonly #indexes = new Map<unknown, number>();

  get all(): { readonly operations: unknown; readonly lists: unknown; readonly hints: unknown } {
    return { operations: this.#operations, lists: this.#lists, hints: this.#hints };
  }

  /** Returns settings with indexes; `unset`: values of settings that are missing. */
  state(value: unknown, unset: Fields = {}): unknown {
    if (!isFields(value)) return value;
    const { regions, hints } = value;
    return {
      ...unset,
      ...value,
      regions: regions === undefined ? -1 : this.#list(regions),
      hints: Array.isArray(hints) ? hints.map((hint) => this.#hint(hint)) : (hints ?? []),
    };
  }

  #hint(value: unknown): number {
    return this.#index(value, this.#hints, () =>
      isFields(value) && value.kind === 'painted'
        ? { ...value, paint: this.#list(value.paint) }
        : value,
    );
  }

  /** A malformed list stays as it is. */
  #list(value: unknown): unknown {
    if (!isFields(value) || value.version !== 1 || !Array.isArray(value.operations)) return value;
    const { operations } = value;
    return this.#index(operations, this.#lists, () => {
      const indexes = operations.map((operation) => this.#operation(operation));
      return [-1, 0, 0, ...indexes];
    });
  }

  #operation(value: unknown): number {
    return this.#index(value, this.#operations, () => this.#packer.operation(value));
  }

  /** Returns the index of a value in its table; `make` returns the entry for a new one. */
  #index<T>(value: unknown, table: T[], make: () => T): number {
    const known = isFields(value) ? this.#indexes.get(value) : undefined;
    if (known !== undefined) return known;
    const index = table.push(make()) - 1;
    if (isFields(value)) this.#indexes.set(value, index);
    return index;
  }
}

function isPoint(value: unknown): value is BrushPoint {
  return (
    Array.isArray(value) &&
    (value.length === 2 || value.length === 3) &&
    value.every((number) => typeof number === 'number')
  );
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}
