/** Test double of the host; each call waits for the test's answer. */
import type { Api } from '../../src/renderer/host/api.js';
import type { BatchRow } from '../../src/shared/protocol/batches.js';
import type { OpenedPhoto } from '../../src/shared/protocol/calls.js';
import type { AppEvent } from '../../src/shared/protocol/events.js';
import { UnsmearError, type ErrorData } from '../../src/shared/core/errors.js';

export interface Call {
  readonly name: string;
  readonly input: unknown;
  readonly signal: AbortSignal;
  readonly answer: (value: unknown) => Promise<void>;
  readonly refuse: (error: ErrorData) => Promise<void>;
}

export const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** API whose calls wait for the test. */
export class Host implements Api {
  readonly calls: Call[] = [];
  readonly listeners = new Set<(event: AppEvent) => void>();

  call(signal: AbortSignal, name: string, input: unknown): Promise<never> {
    return new Promise<unknown>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(new UnsmearError('cancelled')));
      this.calls.push({
        ...{ name, input, signal },
        answer: (value) => (resolve(value), settle()),
        refuse: (error) => (reject(UnsmearError.fromData(error)), settle()),
      });
    }) as Promise<never>;
  }

  subscribe(listener: (event: AppEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  pixelUrl(): string {
    return '';
  }

  receiveFiles(): Promise<never> {
    return Promise.reject(new UnsmearError('internal', { reason: 'hidden' }));
  }

  /** Returns the calls of one name. */
  of(name: string): Call[] {
    return this.calls.filter((call) => call.name === name);
  }
}

export function opened(photo = 'p-00000001', name = 'a.jpg'): OpenedPhoto {
  return {
    ...{ photo, name, width: 600, height: 400, levels: 1, format: 'jpeg', profile: null },
    ...{
      bytes: 1000,
      hash: '0'.repeat(64),
      warnings: [],
      bits: 8,
      taken: '2026-01-09T07:05:03',
      hasFolder: true,
    },
    ...{ edit: null, editFrom: null, editProblem: null },
  };
}

/** Returns a running batch of two photos. */
export function batchRow(changes: Partial<BatchRow> = {}): BatchRow {
  const counts = { waiting: 2, working: 0, done: 0, skipped: 0, failed: 0 };
  return {
    ...{ batch: 1, created: 0, state: 'running', error: null, folder: null, model: 'adn' },
    progress: { counts, bytes: 0, totalBytes: 20, megapixelsPerSecond: null, secondsLeft: null },
    current: null,
    ...changes,
  };
}
