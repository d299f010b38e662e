/**
 * JSON of values that share parts. States of a history hold the same strokes and masks over and over: written plainly, twenty steps
 * over one imported mask would hold it twenty times.
 */

/** `root` and `shared` hold `{ "$": n }` where `shared[n]` is meant. */
export interface SharedJson {
  readonly root: unknown;
  readonly shared: readonly unknown[];
}

const KEY = '$';
/** Deeper than any document of ours; what is deeper would end in an exhausted stack. */
const MAX_DEPTH = 100;

/** A tree whose parts that occur more than once are kept apart. No object of the value may have the key "$". */
export function packShared(value: unknown): SharedJson {
  const seen = new Set<object>();
  const repeated = new Set<object>();
  findRepeated(value, seen, repeated);
  const numbers = new Map<object, number>();
  const shared: unknown[] = [];
  const pack = (part: unknown): unknown => {
    if (!isObject(part)) return part;
    if (!repeated.has(part)) return copy(part, pack);
    let number = numbers.get(part);
    if (number === undefined) {
      // Reserved first, so that parts within parts come after what holds them.
      number = shared.push(null) - 1;
      numbers.set(part, number);
      shared[number] = copy(part, pack);
    }
    return { [KEY]: number };
  };
  return { root: pack(value), shared };
}

/** The inverse; parts are shared again. null: not such a value (a reference that leads nowhere or into itself, a nesting without end). */
export function unpackShared({ root, shared }: SharedJson): { readonly value: unknown } | null {
  const done = new Map<number, unknown>();
  const open = new Set<number>();
  let broken = false;
  const isBroken = (): boolean => broken;
  let depth = 0;
  const unpackParts = (part: Parts): unknown => {
    depth++;
    if (depth > MAX_DEPTH) broken = true;
    const value = broken ? null : copy(part, unpack);
    depth--;
    return value;
  };
  const unpack = (part: unknown): unknown => {
    if (!isObject(part)) return part;
    if (!(KEY in part)) return unpackParts(part);
    const number = part[KEY];
    const alone = Object.keys(part).length === 1;
    if (!alone || typeof number !== 'number' || !(number in shared) || open.has(number)) {
      broken = true;
      return null;
    }
    if (done.has(number)) return done.get(number);
    open.add(number);
    const value = unpack(shared[number]);
    open.delete(number);
    done.set(number, value);
    return value;
  };
  const value = unpack(root);
  return isBroken() ? null : { value };
}

type Parts = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Parts {
  return typeof value === 'object' && value !== null;
}

function copy(part: Parts, each: (value: unknown, key: string) => unknown): unknown {
  if (Array.isArray(part)) return part.map((value, i) => each(value, String(i)));
  return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, each(value, key)]));
}

function findRepeated(value: unknown, seen: Set<object>, repeated: Set<object>): void {
  if (!isObject(value)) return;
  if (seen.has(value)) {
    repeated.add(value);
    return;
  }
  seen.add(value);
  for (const part of Object.values(value)) findRepeated(part, seen, repeated);
}
