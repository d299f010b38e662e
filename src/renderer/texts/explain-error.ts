/** Explains errors and warnings in the language of the editor. */
import {
  errorKey,
  toErrorData,
  type ErrorData,
  type WarningData,
} from '../../shared/core/errors.js';
import { explain, explainWarning, type ErrorText } from '../../shared/texts/explain.js';
import { locale } from './locale.svelte.js';

export interface ExplainedError extends ErrorText {
  /** Code and cause, for bug reports; not translated. */
  readonly details: string;
}

export function explainError(error: ErrorData): ExplainedError {
  const { cause } = error;
  const key = errorKey(error);
  const details = cause === undefined ? key : `${key}: ${cause}`;
  return { ...explain(error, 'editor', locale()), details };
}

/** Returns what happened in one sentence, for anything that was thrown. */
export function messageOf(error: unknown): string {
  return explainError(toErrorData(error)).message;
}

export function warningText(warning: WarningData): string {
  return explainWarning(warning, 'editor', locale());
}
