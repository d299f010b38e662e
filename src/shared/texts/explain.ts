/**
 * Makes sentences from errors and warnings. Used at the edges only: by the command line, which
 * speaks English, and by the editor.
 *
 * The catalogue (`en.json`, `de.json`) has a sentence for every code and reason. `<key>.hint` says
 * what to do; `<key>.cli` replaces it on the command line.
 */
import * as texts from '#texts/shared/messages.js';
import { errorKey, isErrorData, warningKey } from '../core/errors.js';
import type {
  ErrorCode,
  ErrorData,
  ErrorKey,
  ParamsOf,
  WarningData,
  WarningKey,
} from '../core/error-params.js';

export type TextLocale = 'en' | 'de';
export type Edge = 'cli' | 'editor';

export interface ErrorText {
  /** What happened, one or two sentences. */
  readonly message: string;
  /** What the user can do about it. */
  readonly hint?: string;
}

/** Parameters as a text sees them: an error in an error is a sentence. */
type Shown<P> = { readonly [N in keyof P]: P[N] extends ErrorData ? string : P[N] };
type Text<K extends ErrorKey | WarningKey> = (
  params: Shown<ParamsOf<K>>,
  options: { locale?: TextLocale },
) => string;

type Sentences = { readonly [K in ErrorKey | WarningKey]: Text<K> };
type Hints = { readonly [K in ErrorKey as `${K}.${'hint' | 'cli'}`]?: Text<K> };

/** Does not compile if a code has no sentence, or a text uses a parameter that its code lacks. */
const CATALOGUE: Sentences & Hints = texts;

/** Explains an error in one language. */
export function explain(error: ErrorData, edge: Edge, locale: TextLocale): ErrorText {
  const key = errorKey(error);
  // An earlier version may have stored an error that this one does not know.
  if (!(key in CATALOGUE)) return explain(unknownError(key), edge, locale);
  const params = shown(error, edge, locale);
  const message = say(key, params, locale) ?? key;
  const forCli = edge === 'cli' ? say(`${key}.cli`, params, locale) : undefined;
  const hint = forCli ?? say(`${key}.hint`, params, locale);
  return hint === undefined ? { message } : { message, hint };
}

/** Returns the sentence of a warning. */
export function explainWarning(warning: WarningData, edge: Edge, locale: TextLocale): string {
  const key = warningKey(warning);
  return say(key, shown(warning, edge, locale), locale) ?? key;
}

function say(
  name: keyof typeof CATALOGUE,
  params: Readonly<Record<string, string>>,
  locale: TextLocale,
): string | undefined {
  return (CATALOGUE[name] as Text<ErrorKey> | undefined)?.(params, { locale });
}

/** Error of the command line's JSON documents and of reports: a code with English sentences. */
export interface ExplainedError extends ErrorText {
  readonly code: ErrorCode;
  readonly cause?: string;
}

/** Explains an error for the command line. */
export function inEnglish(error: ErrorData): ExplainedError {
  const { code, cause } = error;
  const text = explain(error, 'cli', 'en');
  return { code, ...text, ...(cause === undefined ? {} : { cause }) };
}

/** A report with its warnings as English sentences, as in the command line's JSON documents. */
export type ExplainedReport<R> = Omit<R, 'warnings'> & { readonly warnings: readonly string[] };

export function inSentences<R extends { readonly warnings: readonly WarningData[] }>(
  report: R,
): ExplainedReport<R> {
  return { ...report, warnings: report.warnings.map(warningInEnglish) };
}

/** Returns the sentence of a warning for the command line. */
export function warningInEnglish(warning: WarningData): string {
  return explainWarning(warning, 'cli', 'en');
}

function unknownError(details: string): ErrorData {
  return { code: 'internal', params: { reason: 'unexpected', details } };
}

/**
 * Formats the parameters: paths without their folders in the editor, numbers as the language writes
 * them.
 */
function shown(
  { params }: ErrorData | WarningData,
  edge: Edge,
  locale: TextLocale,
): Record<string, string> {
  const entries = Object.entries(params as Readonly<Record<string, unknown>>);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, inWords(name, value, edge, locale)]),
  );
}

function inWords(name: string, value: unknown, edge: Edge, locale: TextLocale): string {
  if (isErrorData(value)) return explain(value, edge, locale).message;
  if (typeof value === 'number') return value.toLocaleString(locale, { useGrouping: false });
  const text = String(value);
  if (name === 'details') return text.replace(/\.$/, '');
  const isPath = name === 'path' || name === 'folder';
  return isPath && edge === 'editor'
    ? (text.split(/[\\/]/).findLast((part) => part) ?? text)
    : text;
}
