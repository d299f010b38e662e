/**
 * Escapes text from outside (file names, EXIF, plug-ins, arguments) for terminals, where control
 * characters move the cursor, set the window's title or answer for the user. Plain JavaScript:
 * `scripts/` uses it before anything is built.
 */

/** C0, DEL and C1; lone surrogates; line separators; controls that reorder bidirectional text. */
const UNSAFE = /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** Unsafe characters that JSON.stringify does not escape; they occur only inside strings. */
const UNSAFE_IN_JSON = /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** @type {Readonly<Record<string, string>>} */
const SHORT = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * Returns the text as one line: `\x1b`, `\u202e` and `\n` stand for the characters.
 * @param {string} text
 * @returns {string}
 */
export function printable(text) {
  return text.replace(UNSAFE, escapeCharacter);
}

/**
 * Escapes the same characters but line feeds, for text of several lines such as stack traces.
 * @param {string} text
 * @returns {string}
 */
export function printableLines(text) {
  return text.split('\n').map(printable).join('\n');
}

/**
 * Returns indented JSON without control characters; it parses to exactly the same values.
 * @param {unknown} document
 * @param {(key: string, value: unknown) => unknown} [replacer]
 * @returns {string}
 */
export function printableJson(document, replacer) {
  return JSON.stringify(document, replacer, 2).replace(UNSAFE_IN_JSON, (character) =>
    unicodeEscape(character),
  );
}

/**
 * @param {string} character
 * @returns {string}
 */
function escapeCharacter(character) {
  const code = character.charCodeAt(0);
  if (code > 0xff) return unicodeEscape(character);
  return SHORT[character] ?? `\\x${code.toString(16).padStart(2, '0')}`;
}

/**
 * @param {string} character
 * @returns {string}
 */
function unicodeEscape(character) {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
