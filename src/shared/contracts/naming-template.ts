/**
 * File names from a template such as `{stem}.deblurred` or `{date}-{counter:3}`; `{{` and `}}` are
 * literal braces. The extension is not part of the template but follows from the format. Names are
 * valid on every system, whichever system makes them.
 */
import {
  EMPTY,
  fileNameProblems,
  harmless,
  textProblems,
  type NamingProblem,
} from './file-name.js';
import type { OutputFormat } from './restore.js';

export const DEFAULT_TEMPLATE = '{stem}.deblurred';

/** Placeholders with descriptions for a menu. */
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
  /** Time of capture, else of the file's last change; written as local time. */
  readonly date: Date;
  /** Pixels as displayed. */
  readonly width: number;
  readonly height: number;
  /** Share of the result in the mix with the original, 0..1. */
  readonly strength: number;
  /** Number of the photo, from 1. */
  readonly counter: number;
  readonly format: OutputFormat;
  /** With a leading dot: `.jpg`. */
  readonly extension: string;
}

export type NamingResult =
  | { readonly name: string; readonly problems: readonly [] }
  | { readonly name: null; readonly problems: readonly NamingProblem[] };

type Part =
  { readonly text: string } | { readonly placeholder: Placeholder; readonly digits: number };

/** Extensions of photos. Other endings belong to the stem: `IMG.1234` has no extension. */
const PICTURE = /(?<=.)\.(jpe?g|jpe|jfif|png|tiff?|webp|avif|heic|heif|gif|bmp)$/i;

const MAX_DIGITS = 9;

/** Returns the name of one photo's result, or the problems that prevent one. */
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

/** Returns the problems of a template that every photo would have. */
export function templateProblems(template: string): readonly NamingProblem[] {
  return parseTemplate(template).problems;
}

/** Returns whether photos get distinct names, which needs `{name}`, `{stem}` or `{counter}`. */
export function tellsPhotosApart(template: string): boolean {
  return parseTemplate(template).parts.some(
    (part) => 'placeholder' in part && ['name', 'stem', 'counter'].includes(part.placeholder),
  );
}

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
      return [
        String(date.getFullYear()).padStart(4, '0'),
        two(date.getMonth() + 1),
        two(date.getDate()),
      ].join('-');
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
