/** What a host serves to its editors: one method per call of the API, and what is told without being asked. */
import type { AppEvent, CallArguments, CallName, CallResult } from '../../shared/api/calls.js';
import type { PixelAddress } from '../../shared/api/pixels.js';

/** Arguments are validated already. Rejects with an UnsmearError; anything else is a fault of ours. */
export type AppCalls = {
  readonly [Name in CallName]: (
    signal: AbortSignal,
    args: CallArguments<Name>,
  ) => Promise<CallResult<Name>>;
};

export interface AppEvents {
  /** Returns what ends the listening. */
  onEvent(listener: (event: AppEvent) => void): () => void;
}

export type AppService = AppCalls & AppEvents;

/** What a transport can serve: a call that is missing is answered with `option-invalid`. */
export type ServedCalls = Partial<AppCalls> & AppEvents;

export interface Pixels {
  readonly type: 'image/jpeg' | 'image/png' | 'image/webp';
  readonly body: Uint8Array;
}

/** Serves the addresses of `src/shared/api/pixels.ts`. Rejects with `file-missing` for what is not there (any more). */
export type PixelSource = (signal: AbortSignal, address: PixelAddress) => Promise<Pixels>;

/** Addresses whose pixels never change while they have them; a photo's id is new whenever it is opened. */
export function isImmutable({ kind }: PixelAddress): boolean {
  return kind === 'original' || kind === 'result' || kind === 'map';
}

/** Several listeners behind one `onEvent`. */
export class EventHub implements AppEvents {
  private readonly listeners = new Set<(event: AppEvent) => void>();

  readonly onEvent = (listener: (event: AppEvent) => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  emit(event: AppEvent): void {
    for (const listener of [...this.listeners]) listener(event);
  }
}
