/**
 * Edits XMP packets for an upright, restored photo. Scans the packet once from left to right,
 * without regular expressions, so that the time is linear in its length.
 */

/** Local names of positions: EXIF's, and those that drones write under their own prefix. */
const POSITION =
  /^(?:GPS\w*|(?:Absolute|Relative)?Altitude|Latitude|Longt?itude|RtkStd(?:Lat|Lon|Hgt))$/i;
const ORIENTATION = 'tiff:Orientation';
const THUMBNAILS = 'xmp:Thumbnails';

/**
 * Sets orientation 1, removes thumbnails (they would stay blurred) and, unless kept, positions.
 * The rest stays byte for byte. Returns `null` if damage hides something that must go.
 */
export function uprightXmp(xmp: Uint8Array, keepGps: boolean): Uint8Array | null {
  const source = Buffer.from(xmp).toString('utf8');
  const text = new XmpEditor(source, keepGps).edit();
  if (text === null) return null;
  return text === source ? xmp : Buffer.from(text, 'utf8');
}

interface Attribute {
  /** Range with the white space before it. */
  readonly start: number;
  readonly end: number;
  readonly name: string;
  /** Range of the value without its quotes; `null` without a value. */
  readonly value: readonly [start: number, end: number] | null;
}

interface Tag {
  readonly end: number;
  readonly name: string;
  readonly kind: 'open' | 'close' | 'empty';
  readonly attributes: readonly Attribute[];
}

class XmpEditor {
  readonly #parts: string[] = [];
  /** End of the part that was copied or dropped. */
  #done = 0;

  constructor(
    private readonly source: string,
    private readonly keepGps: boolean,
  ) {}

  edit(): string | null {
    const { source } = this;
    /** Element that is being dropped, and its nesting depth. */
    let removed: { readonly name: string; depth: number } | null = null;
    for (let at = source.indexOf('<'); at >= 0; at = source.indexOf('<', at)) {
      const aside = this.#aside(at);
      if (aside !== null) {
        // A comment may contain a position too.
        if (!this.keepGps && source.startsWith('<!--', at) && removed === null)
          this.#drop(at, aside);
        at = aside;
        continue;
      }
      const tag = readTag(source, at);
      if (tag === null) {
        // A position in the unparsable rest would stay.
        if (!this.keepGps) return null;
        break;
      }
      if (removed !== null) {
        if (tag.name === removed.name && tag.kind !== 'empty') {
          removed.depth += tag.kind === 'open' ? 1 : -1;
        }
        if (removed.depth === 0) {
          this.#done = tag.end;
          removed = null;
        }
      } else if (this.#mustGo(tag.name) && tag.kind !== 'close') {
        this.#drop(at, tag.end);
        if (tag.kind === 'open') removed = { name: tag.name, depth: 1 };
      } else {
        for (const attribute of tag.attributes) this.#attribute(attribute);
        if (tag.name === ORIENTATION && tag.kind === 'open') this.#orientationAfter(tag.end);
      }
      at = tag.end;
    }
    if (removed !== null) return null;
    this.#parts.push(source.slice(this.#done));
    return this.#parts.join('');
  }

  /** Returns the end of a comment, instruction or CDATA section at `at`; `null` = it is a tag. */
  #aside(at: number): number | null {
    for (const [start, end] of ASIDES) {
      if (!this.source.startsWith(start, at)) continue;
      const stop = this.source.indexOf(end, at + start.length);
      return stop < 0 ? this.source.length : stop + end.length;
    }
    return null;
  }

  #attribute({ name, value, start, end }: Attribute): void {
    if (value === null) return;
    const [from, to] = value;
    if (!this.keepGps && isPosition(name)) this.#drop(start, end);
    else if (name === ORIENTATION && isDigit(this.source.slice(from, to))) {
      this.#drop(from, to);
      this.#parts.push('1');
    }
  }

  #orientationAfter(at: number): void {
    const stop = this.source.indexOf('<', at);
    if (stop < 0 || !isDigit(this.source.slice(at, stop).trim())) return;
    this.#drop(at, stop);
    this.#parts.push('1');
  }

  #mustGo(name: string): boolean {
    return name === THUMBNAILS || (!this.keepGps && isPosition(name));
  }

  /** Copies the source up to `from` and drops the part up to `to`. */
  #drop(from: number, to: number): void {
    this.#parts.push(this.source.slice(this.#done, from));
    this.#done = to;
  }
}

const ASIDES = [
  ['<!--', '-->'],
  ['<?', '?>'],
  ['<![CDATA[', ']]>'],
] as const;

function isPosition(name: string): boolean {
  const colon = name.indexOf(':');
  return colon > 0 && POSITION.test(name.slice(colon + 1));
}

function isDigit(text: string): boolean {
  return text.length === 1 && text >= '0' && text <= '9';
}

/** Reads the tag at `start`; `null` if it has no end. */
function readTag(source: string, start: number): Tag | null {
  const closes = source[start + 1] === '/';
  let at = endOfName(source, start + (closes ? 2 : 1));
  const name = source.slice(start + (closes ? 2 : 1), at);
  const attributes: Attribute[] = [];
  while (at < source.length) {
    const before = at;
    at = skipSpace(source, at);
    if (source[at] === '>')
      return { end: at + 1, name, kind: closes ? 'close' : 'open', attributes };
    if (source.startsWith('/>', at)) return { end: at + 2, name, kind: 'empty', attributes };
    const attribute = readAttribute(source, before, at);
    if (attribute === null) return null;
    if (attribute.value !== null) attributes.push(attribute);
    at = attribute.end;
  }
  return null;
}

/** `start`: start of the white space before. A stray character counts as an attribute. */
function readAttribute(source: string, start: number, at: number): Attribute | null {
  const nameEnd = Math.max(at + 1, endOfName(source, at));
  const name = source.slice(at, nameEnd);
  const equals = skipSpace(source, nameEnd);
  if (source[equals] !== '=') return { start, end: nameEnd, name, value: null };
  const open = skipSpace(source, equals + 1);
  const quote = source[open];
  if (quote !== '"' && quote !== "'") return { start, end: open, name, value: null };
  const close = source.indexOf(quote, open + 1);
  if (close < 0) return null;
  return { start, end: close + 1, name, value: [open + 1, close] };
}

function endOfName(source: string, at: number): number {
  let end = at;
  while (end < source.length && !ENDS_NAME.has(source.charCodeAt(end))) end++;
  return end;
}

function skipSpace(source: string, at: number): number {
  let end = at;
  while (end < source.length && SPACE.has(source.charCodeAt(end))) end++;
  return end;
}

/** White space of XML. */
const SPACE: ReadonlySet<number> = new Set([0x09, 0x0a, 0x0d, 0x20]);
const ENDS_NAME: ReadonlySet<number> = new Set([...SPACE, ...Buffer.from('/>="\'<')]);
