/** What a failure says to the user of the command line. */
import { toErrorData } from '../../src/shared/core/errors.js';
import { inEnglish, type ExplainedError } from '../../src/shared/texts/explain.js';

/** Explains the rejection of a promise. */
export async function said(failing: Promise<unknown>): Promise<ExplainedError> {
  return failing.then(
    () => Promise.reject(new Error('Nothing failed.')),
    (error: unknown) => inEnglish(toErrorData(error)),
  );
}
