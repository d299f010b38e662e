/** Errors whose code says all there is to say, in the reader's language. */
import * as m from '#texts/messages.js';
import type { ErrorCode, ErrorData } from '../../shared/core/errors.js';

const WORDS: Partial<Record<ErrorCode, readonly [what: () => string, toDo: () => string]>> = {
  'engine-crashed': [m.error_engine_crashed, m.error_engine_crashed_hint],
  'engine-missing': [m.error_engine_missing, m.error_engine_missing_hint],
  'out-of-memory': [m.error_out_of_memory, m.error_out_of_memory_hint],
  disconnected: [m.error_disconnected, m.error_disconnected_hint],
};

export interface ExplainedError {
  readonly message: string;
  readonly hint: string | undefined;
  /** For who looks into it. */
  readonly details: string;
}

/** What happened and what to do; other errors say it in the host's sentences, which name files and numbers. */
export function explainError({ code, message, hint, cause }: ErrorData): ExplainedError {
  const words = WORDS[code];
  if (words === undefined) {
    return { message, hint, details: cause === undefined ? code : `${code}: ${cause}` };
  }
  const [what, toDo] = words;
  return { message: what(), hint: toDo(), details: `${code}: ${cause ?? message}` };
}
