/** Parses the text of stored edits and other documents within limits that `JSON.parse` does not have. */
import { UnsmearError } from '../core/errors.js';

/** The largest sidecar or autosave that is read; what the editor writes is smaller. */
export const MAX_EDIT_BYTES = 16 << 20;
/** Nesting of objects and lists; an edit with shared parts has about ten. */
const MAX_DEPTH = 100;

/** Returns the parsed document. Throws `edit-invalid` for text that is not JSON or is nested too deep. */
export function parseEditText(text: string): unknown {
  if (isTooDeep(text)) {
    throw new UnsmearError('edit-invalid', 'The saved edit is nested too deep to be read.', {
      hint: UNTOUCHED,
    });
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new UnsmearError('edit-invalid', 'The file holds no edit of Unsmear.', { cause });
  }
}

/** The refusal of a document that is larger than `MAX_EDIT_BYTES`. */
export function editTooLarge(): UnsmearError {
  const size = `${MAX_EDIT_BYTES >> 20} MB`;
  return new UnsmearError('edit-invalid', `The saved edit is larger than ${size}.`, {
    hint: UNTOUCHED,
  });
}

const UNTOUCHED = 'It is left as it is. Move it away to edit this photo anew.';

/** `JSON.parse` accepts any depth, but everything that then walks the value recurses. */
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
