/** Showing a file in the system's file manager. */
import type { FileRef } from '../../shared/protocol/ids.js';
import { toErrorData } from '../../shared/core/errors.js';
import type { Editor } from './editor.svelte.js';

/** That it could not be shown is told. */
export async function reveal({ api, notices }: Editor, file: FileRef): Promise<void> {
  try {
    await api.call(new AbortController().signal, 'reveal', { file });
  } catch (error) {
    notices.show('error', toErrorData(error).message);
  }
}
