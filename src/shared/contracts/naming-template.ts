/**
 * File names from a template: `{stem}.deblurred`, `{date}-{counter:3}`. `{{` and `}}` are braces. The extension is not part of the
 * template, it follows from the format. Names are made so that they work on every system, whichever this one is.
 */
import type { OutputFormat } from './restore.js';

export const DEFAULT_TEMPLATE = '{stem}.deblurred';

/** The placeholders, each with what it stands for (for a menu). */
export const PLACEHOLDERS = {
  name: "the photo's whole name with its extension",
  stem: "the photo's name without its extension",
  model: 'the plug-in',
  date: 'the day it was taken, 2026-11-21',
  time: 'the time of day, 14-05-09',
  width: 'width in pixels',
  height: 'height in pixels',
  strength: 'strength in percent',
  counter: 'a running number; {counter:3} has at least three digits',
  format: 'the format: jpeg, png, tiff, webp, avif',
} as const;
export type Placeholder = keyof typeof PLACEHOLDERS;

export interface NamingContext {
  /** The photo's file name, without folders. */
  readonly name: string;
  readonly model: string;
  /** When the photo was taken, else when its file was last changed; told in local time. */
  readonly date: Date;
  readonly width: number;
  readonly height: number;
  /** 0..1. */
  readonly strength: number;
  /** From 1. */
  readonly counter: number;
  readonly format: OutputFormat;
  /** With its dot: `.jpg`. */
  readonly extension: string;
}

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

export type NamingResult =
  | { readonly name: string; readonly problems: readonly [] }
  | { readonly name: null; readonly problems: readonly NamingProblem[] };

type Part =
  { readonly text: string } | { readonly placeholder: Placeholder; readonly digits: number };

/** What is an extension: `IMG.1234` has none. */
const PICTURE = /(?<=.)\.(jpe?g|jpe|jfif|png|tiff?|webp|avif|heic|heif|gif|bmp)$/i;

/** Bytes of UTF-8 in a name on Linux and macOS; Windows counts 255 UTF-16 units, which is never less. */
const MAX_BYTES = 255;
const MAX_DIGITS = 9;

/** The name for one photo, or why there is none. */
export function nameFromTemplate(template: string, context: NamingContext): NamingResult {
  const { parts, problems } = parseTemplate(template);
  if (problems.length > 0) return { name: null, problems };
  const stem = parts
    .map((part) => ('text' in part ? part.text : valueOf(part.placeholder, part.digits, context)))
    .join('');
  const found = stem.trim() === '' ? [EMPTY] : fileNameProblems(stem + context.extension);
  return found.length > 0
    ? { name: null, problems: found }
    : { name: stem + context.extension, problems: [] };
}

/** What is wrong with a template whatever the photo is. */
export function templateProblems(template: string): readonly NamingProblem[] {
  return parseTemplate(template).problems;
}

/** Whether two photos get two names: without one of these every photo of a batch would be called the same. */
export function tellsPhotosApart(template: string): boolean {
  return parseTemplate(template).parts.some(
    (part) => 'placeholder' in part && ['name', 'stem', 'counter'].includes(part.placeholder),
  );
}

const EMPTY: NamingProblem = { code: 'empty', message: 'The name is empty.' };

function parseTemplate(template: string): { parts: Part[]; problems: NamingProblem[] } {
  const parts: Part[] = [];
  const problems: NamingProblem[] = [];
  if (template.trim() === '') problems.push(EMPTY);
  for (const [token] of template.matchAll(/\{\{|\}\}|\{[^{}]*\}|[{}]|[^{}]+/g)) {
    if (token === '{{' || token === '}}') parts.push({ text: token.charAt(0) });
    else if (token === '{' || token === '}') {
      problems.push({
        code: 'brace',
        message: `A "${token}" stands alone. Write "${token}${token}" for a brace in the name.`,
      });
    } else if (!token.startsWith('{')) {
      parts.push({ text: token });
      problems.push(...textProblems(token));
    } else {
      const part = parsePlaceholder(token);
      if ('code' in part) problems.push(part);
      else parts.push(part);
    }
  }
  return { parts, problems };
}

function parsePlaceholder(token: string): Part | NamingProblem {
  const [name = '', option, ...rest] = token.slice(1, -1).split(':');
  if (!Object.hasOwn(PLACEHOLDERS, name)) {
    const known = Object.keys(PLACEHOLDERS).map((key) => `{${key}}`);
    return {
      code: 'unknown-placeholder',
      message: `${token} is not known. There are ${known.join(', ')}.`,
    };
  }
  const placeholder = name as Placeholder;
  if (option === undefined) return { placeholder, digits: 1 };
  const digits = Number(option);
  if (placeholder === 'counter' && rest.length === 0 && /^[1-9]$/.test(option)) {
    return { placeholder, digits };
  }
  return {
    code: 'counter',
    message: `${token} is not understood: only {counter:1} to {counter:${MAX_DIGITS}} have a number.`,
  };
}

function valueOf(placeholder: Placeholder, digits: number, context: NamingContext): string {
  const { date, name } = context;
  const two = (value: number): string => String(value).padStart(2, '0');
  switch (placeholder) {
    case 'name':
      return harmless(name);
    case 'stem':
      return harmless(name.replace(PICTURE, ''));
    case 'model':
      return harmless(context.model);
    case 'date':
      return `${String(date.getFullYear()).padStart(4, '0')}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
    case 'time':
      return `${two(date.getHours())}-${two(date.getMinutes())}-${two(date.getSeconds())}`;
    case 'width':
    case 'height':
      return String(context[placeholder]);
    case 'strength':
      return String(Math.round(context.strength * 100));
    case 'counter':
      return String(context.counter).padStart(digits, '0');
    case 'format':
      return context.format;
  }
}

/** Characters that some system forbids in names, control characters included. */
const FORBIDDEN = /[<>:"|?*/\\\p{Cc}]/u;

/** What a placeholder stands for must not break the name: a photo `a:b.jpg` from a Mac is `a_b`. */
function harmless(value: string): string {
  return value.replace(new RegExp(FORBIDDEN, 'gu'), '_');
}

/** What the user typed is not changed silently, but told. */
function textProblems(text: string): NamingProblem[] {
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

/** Devices of Windows, with or without an extension. The superscript digits count there too. */
const RESERVED = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)$/i;

/** What keeps a whole file name, with its extension, from being used on every system. */
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

/** Bytes of UTF-8. A lone surrogate is written as the three bytes of U+FFFD. */
export function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}
