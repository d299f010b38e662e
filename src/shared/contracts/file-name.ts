/** Rules for file names that are valid on every system. */

export type NamingProblemCode =
  | 'brace'
  | 'unknown-placeholder'
  | 'counter'
  | 'empty'
  | 'separator'
  | 'character'
  | 'reserved'
  | 'edge'
  | 'too-long';

export interface NamingProblem {
  readonly code: NamingProblemCode;
  /** One sentence for the user. */
  readonly message: string;
}

/** Longest name in bytes (Linux, macOS); Windows allows 255 UTF-16 units, which is more. */
const MAX_BYTES = 255;

export const EMPTY: NamingProblem = { code: 'empty', message: 'The name is empty.' };

/** Characters that some system forbids in names, including control characters. */
const FORBIDDEN = /[<>:"|?*/\\\p{Cc}]/u;

/** Replaces forbidden characters, for values of placeholders: `a:b` becomes `a_b`. */
export function harmless(value: string): string {
  return value.replace(new RegExp(FORBIDDEN, 'gu'), '_');
}

/** Returns the problems of a part of a name that the user typed. */
export function textProblems(text: string): NamingProblem[] {
  const problems: NamingProblem[] = [];
  if (/[/\\]/.test(text)) {
    problems.push({
      code: 'separator',
      message: 'A name cannot lead into another folder: leave out "/" and "\\".',
    });
  }
  const forbidden = FORBIDDEN.exec(text.replace(/[/\\]/g, ''));
  if (forbidden) {
    const shown = /\p{Cc}/u.test(forbidden[0]) ? 'control characters' : `"${forbidden[0]}"`;
    problems.push({ code: 'character', message: `Windows does not allow ${shown} in names.` });
  }
  return problems;
}

/** Names of Windows devices, with any extension; superscript digits count too. */
const RESERVED = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)$/i;

/** Returns the problems of a whole file name with its extension. */
export function fileNameProblems(name: string): NamingProblem[] {
  if (name.trim() === '' || /^\.+$/.test(name)) return [EMPTY];
  const problems = textProblems(name);
  const device = name.split('.')[0]!.trim();
  if (RESERVED.test(device)) {
    problems.push({ code: 'reserved', message: `"${device}" is the name of a device on Windows.` });
  }
  if (/^[\s.]|[\s.]$/u.test(name)) {
    problems.push({
      code: 'edge',
      message: 'A name should not begin or end with a space or a dot.',
    });
  }
  const bytes = utf8Length(name);
  if (bytes > MAX_BYTES) {
    problems.push({
      code: 'too-long',
      message: `The name is ${bytes} bytes long; ${MAX_BYTES} are possible.`,
    });
  }
  return problems;
}

/** Returns the length in UTF-8; a lone surrogate counts as the three bytes of U+FFFD. */
export function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

/** Control characters, lone surrogates, bidirectional controls, and characters Windows forbids. */
const UNFIT = /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069<>:"|?*]/gu;

/** Below `MAX_BYTES`, to leave room for the suffixes of temporary and numbered files. */
const MAX_SAFE_BYTES = 200;

/** Returns the last part of a path, made valid and never empty. */
export function safeName(name: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? '';
  const plain = last.replace(UNFIT, '_').replace(/^[. ]+/, '');
  const clipped = clip(plain).replace(/[. ]+$/, '');
  if (clipped === '') return 'photo';
  const isDevice = fileNameProblems(clipped).some(({ code }) => code === 'reserved');
  return isDevice ? `_${clipped}` : clipped;
}

/** Shortens the stem by whole characters; file systems count bytes. */
function clip(name: string): string {
  const dot = name.lastIndexOf('.');
  const extension = dot > 0 && name.length - dot <= 10 ? name.slice(dot) : '';
  // A character takes at least one byte.
  let stem = Array.from(name.slice(0, name.length - extension.length)).slice(0, MAX_SAFE_BYTES);
  while (utf8Length(stem.join('') + extension) > MAX_SAFE_BYTES) stem = stem.slice(0, -1);
  return stem.join('') + extension;
}
