/** Receives files that were dropped or pasted from the preload script. */
import { isAbsolute } from 'node:path';
import { z } from 'zod';
import type { FileEntry } from '../../../shared/protocol/calls.js';
import { outcome, type Outcome } from '../../../shared/protocol/channel.js';
import type { ReceivedFile } from '../../../shared/protocol/desktop.js';
import { UnsmearError } from '../../../shared/core/errors.js';
import { tooLarge, type Uploads } from '../../app/uploads.js';
import type { FileReferences } from '../../app/files.js';
import { admitPhotos } from '../given-files.js';
import { publicError, type FaultLog } from '../rpc.js';

const Received = z.union([
  z.object({ path: z.string().max(32_767).refine(isAbsolute) }).strict(),
  z.object({ name: z.string().max(1000), bytes: z.instanceof(Uint8Array) }).strict(),
]) satisfies z.ZodType<ReceivedFile>;

export interface IntakeParts {
  readonly files: FileReferences;
  readonly uploads: Uploads;
  readonly onFault: FaultLog;
}

/** Admits a file by its path or stores its bytes (a pasted picture) as an upload. Never rejects. */
export async function receiveFile(
  { files, uploads, onFault }: IntakeParts,
  message: unknown,
): Promise<Outcome<readonly FileEntry[]>> {
  const result = await outcome(async () => {
    const { data } = Received.safeParse(message);
    if (data === undefined) throw new UnsmearError('request-invalid', { reason: 'no-file' });
    if ('path' in data) return admitPhotos(files, data.path);
    if (data.bytes.byteLength > uploads.limit) throw tooLarge(uploads.limit);
    return [await uploads.receive(new AbortController().signal, data.name, whole(data.bytes))];
  });
  return result.ok
    ? result
    : { ok: false, error: publicError(result.error, (fault) => onFault('receive', fault)) };
}

// eslint-disable-next-line @typescript-eslint/require-await -- uploads are asynchronous iterables
async function* whole(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
