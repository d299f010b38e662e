/**
 * Requests mask pixels from the worker, one at a time; of the waiting requests only the latest is
 * sent.
 */
import { toErrorData, type ErrorData } from '../../../../shared/core/errors.js';
import {
  continues,
  type BrushStroke,
  type PhotoSize,
  type RegionOperation,
  type RegionView,
} from '../../../../shared/regions/index.js';
import type { Addition, MaskAnswer, MaskRequest, MaskUpdate, Part } from './protocol.js';

/** Requested mask; `owner` is returned with the answer. */
export interface MaskQuery<Owner> {
  readonly owner: Owner;
  readonly photo: PhotoSize;
  readonly operations: readonly RegionOperation[];
  readonly views: Readonly<Record<Part, RegionView | null>>;
}

export interface MaskPort {
  post(request: MaskRequest): void;
  listen(handler: (answer: MaskAnswer) => void): void;
}

interface MaskListener<Owner> {
  changed(query: MaskQuery<Owner>, updates: readonly MaskUpdate[], share: number): void;
  failed(error: ErrorData): void;
}

export class MaskClient<Owner> {
  readonly #port: MaskPort;
  readonly #listener: MaskListener<Owner>;
  /** Ids of the operations that the worker has. */
  #known = new Map<RegionOperation, number>();
  #last: readonly RegionOperation[] = [];
  #current: MaskQuery<Owner> | null = null;
  #next: MaskQuery<Owner> | null = null;
  #counter = 0;

  constructor(port: MaskPort, listener: MaskListener<Owner>) {
    this.#port = port;
    this.#listener = listener;
    port.listen((answer) => this.#handle(answer));
  }

  show(query: MaskQuery<Owner>): void {
    if (this.#current === null) this.#send(query);
    else this.#next = query;
  }

  #send(query: MaskQuery<Owner>): void {
    this.#current = query;
    const { photo, views } = query;
    const added: Addition[] = [];
    const known = new Map<RegionOperation, number>();
    for (const operation of query.operations) {
      const id = this.#known.get(operation) ?? ++this.#counter;
      if (!this.#known.has(operation) && !known.has(operation)) {
        added.push(this.#addition(id, operation));
      }
      known.set(operation, id);
    }
    const operations = query.operations.map((operation) => known.get(operation)!);
    this.#known = known;
    this.#last = query.operations;
    this.#port.post({ photo, operations, added, views });
  }

  /** Sends only the new points of a stroke in progress. */
  #addition(id: number, operation: RegionOperation): Addition {
    const before = this.#last.at(-1);
    const of = before === undefined ? undefined : this.#known.get(before);
    if (before === undefined || of === undefined || !continues(before, operation)) {
      return { id, operation };
    }
    return { id, of, path: operation.path.slice((before as BrushStroke).path.length) };
  }

  #handle(answer: MaskAnswer): void {
    const query = this.#current;
    this.#current = null;
    if ('error' in answer) {
      // The worker's state is unknown after an error, so everything is sent again.
      this.#known = new Map();
      this.#listener.failed(answer.error);
    } else if (query !== null) this.#listener.changed(query, answer.updates, answer.share);
    const next = this.#next;
    this.#next = null;
    if (next !== null) this.#send(next);
  }
}

export function startMaskWorker(): MaskPort {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  return {
    post: (request) => worker.postMessage(request),
    listen: (handler) => {
      worker.addEventListener('message', ({ data }: MessageEvent<MaskAnswer>) => handler(data));
      worker.addEventListener('error', ({ message }) =>
        handler({ error: toErrorData(new Error(message)) }),
      );
    },
  };
}
