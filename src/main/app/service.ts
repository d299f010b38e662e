/** What a host serves to its editors: one method per call of the API, and what is told without being asked. */
import type { CallArguments, CallName, CallResult } from '../../shared/protocol/calls.js';
import type { AppEvent } from '../../shared/protocol/events.js';
import type { PixelAddress } from '../../shared/protocol/pixels.js';

/** One connection of an editor. */
export interface Editor {
  /** Aborted when the connection has ended. */
  readonly left: AbortSignal;
}

/** Arguments are validated already; `editor` is who asks, where it is one. Rejects with an UnsmearError; anything else is a fault of ours. */
export type AppCalls = {
  readonly [Name in CallName]: (
    signal: AbortSignal,
    args: CallArguments<Name>,
    editor?: Editor,
  ) => Promise<CallResult<Name>>;
};

export interface AppEvents {
  /** Returns what ends the listening. `editor`: for whom one listens. */
  onEvent(listener: (event: AppEvent) => void, editor?: Editor): () => void;
}

export type AppService = AppCalls & AppEvents;

/** What a transport can serve: a call that is missing is answered with `request-invalid`. */
export type ServedCalls = Partial<AppCalls> & AppEvents;

export interface Pixels {
  readonly type: 'image/jpeg' | 'image/png' | 'image/webp';
  readonly body: Uint8Array;
}

/** Serves the addresses of `src/shared/protocol/pixels.ts`. Rejects with `file-missing` for what is not there (any more). */
export type PixelSource = (signal: AbortSignal, address: PixelAddress) => Promise<Pixels>;

/** Addresses whose pixels never change while they have them; a photo's id is new whenever it is opened. */
export function isImmutable({ kind }: PixelAddress): boolean {
  return kind === 'original' || kind === 'result' || kind === 'map';
}

/** Several listeners behind one `onEvent`. */
export class EventHub implements AppEvents {
  private readonly listeners = new Map<(event: AppEvent) => void, Editor | undefined>();
  /** How often somebody has begun to listen. */
  joined = 0;

  readonly onEvent = (listener: (event: AppEvent) => void, editor?: Editor): (() => void) => {
    this.listeners.set(listener, editor);
    this.joined++;
    return () => this.listeners.delete(listener);
  };

  get isHeard(): boolean {
    return this.listeners.size > 0;
  }

  /** `except`: an editor that knows already, since it did it. */
  emit(event: AppEvent, except?: Editor): void {
    for (const [listener, editor] of [...this.listeners]) {
      if (except === undefined || editor !== except) listener(event);
    }
  }
}
