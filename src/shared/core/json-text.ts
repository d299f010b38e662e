/** Parses JSON from files that anybody can have written. */

/** Nesting of objects and lists; documents of ours have about ten. */
const MAX_DEPTH = 100;

/**
 * Returns the parsed document. Throws SyntaxError for text that is not JSON, and RangeError if it
 * is nested too deep: `JSON.parse` accepts any depth, but code that then walks the value recurses.
 */
export function parseJson(text: string): unknown {
  if (isTooDeep(text)) throw new RangeError('The document is nested too deep.');
  return JSON.parse(text) as unknown;
}

function isTooDeep(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (character === QUOTE) at = endOfString(text, at);
    else if (character === BRACE || character === BRACKET) depth++;
    else if (character === BRACE + 2 || character === BRACKET + 2) depth--;
    if (depth > MAX_DEPTH) return true;
  }
  return false;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** Opening ones; the closing ones follow two code points later. */
const BRACE = 0x7b;
const BRACKET = 0x5b;

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text.charCodeAt(at) !== QUOTE) {
    at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  }
  return at;
}
