/** Reads and writes mask files, each in a worker that ends with the work or its cancellation. */
import type { PhotoSize, RegionDocument } from '../../../../shared/regions/index.js';
import { throwIfAborted } from '../../../../shared/core/errors.js';
import type { FileAnswer, FileRequest, FileTrouble, LoadedMask } from './file-protocol.js';

/** Error while reading or writing a mask file. */
export class MaskFileError extends Error {
  constructor(
    readonly trouble: FileTrouble,
    message: string,
  ) {
    super(message);
  }
}

/** Reads a picture as a mask. Rejects with `MaskFileError`. */
export async function loadMask(
  signal: AbortSignal,
  file: Blob,
  photo: PhotoSize,
): Promise<LoadedMask> {
  const answer = await ask(signal, { kind: 'load', file, photo }, () => undefined);
  if (answer.kind !== 'loaded') throw new MaskFileError('failed', answer.kind);
  return answer.mask;
}

/** Renders the mask as a grey PNG of the photo's size. Rejects with `MaskFileError`. */
export async function saveMask(
  signal: AbortSignal,
  regions: RegionDocument,
  photo: PhotoSize,
  progress: (done: number) => void,
): Promise<Blob> {
  const answer = await ask(signal, { kind: 'save', regions, photo }, progress);
  if (answer.kind !== 'saved') throw new MaskFileError('failed', answer.kind);
  return answer.file;
}

async function ask(
  signal: AbortSignal,
  request: FileRequest,
  progress: (done: number) => void,
): Promise<FileAnswer> {
  throwIfAborted(signal);
  const worker = new Worker(new URL('./file-worker.ts', import.meta.url), { type: 'module' });
  try {
    return await new Promise<FileAnswer>((resolve, reject) => {
      worker.addEventListener('message', ({ data }: MessageEvent<FileAnswer>) => {
        if (data.kind === 'progress') progress(data.done);
        else if (data.kind === 'trouble') reject(new MaskFileError(data.trouble, data.cause));
        else resolve(data);
      });
      worker.addEventListener('error', ({ message }) =>
        reject(new MaskFileError('failed', message)),
      );
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      worker.postMessage(request);
    });
  } finally {
    worker.terminate();
  }
}
