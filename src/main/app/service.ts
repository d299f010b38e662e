/** Interfaces of a host for its editors: a method per call, events and pixels. */
import type { CallArguments, CallName, CallResult } from '../../shared/protocol/calls.js';
import type { AppEvent } from '../../shared/protocol/events.js';
import type { PixelAddress } from '../../shared/protocol/pixels.js';

/** One connection of an editor. */
export interface Editor {
  /** Aborts when the connection has ended. */
  readonly left: AbortSignal;
}

/** Calls with validated arguments. Rejects with an `UnsmearError`; other errors are bugs. */
export type AppCalls = {
  readonly [Name in CallName]: (
    signal: AbortSignal,
    args: CallArguments<Name>,
    editor?: Editor,
  ) => Promise<CallResult<Name>>;
};

export interface AppEvents {
  /** Adds a listener for an editor and returns a function that removes it. */
  onEvent(listener: (event: AppEvent) => void, editor?: Editor): () => void;
}

/** Calls that a transport serves; a missing one is answered with `request-invalid`. */
export type ServedCalls = Partial<AppCalls> & AppEvents;

export interface Pixels {
  readonly type: 'image/jpeg' | 'image/png' | 'image/webp';
  readonly body: Uint8Array;
}

/** Serves pixel addresses. Rejects with `file-missing` if the pixels do not exist (any more). */
export type PixelSource = (signal: AbortSignal, address: PixelAddress) => Promise<Pixels>;

/** Returns whether the pixels of an address never change; photo ids are never reused. */
export function isImmutable({ kind }: PixelAddress): boolean {
  return kind === 'original' || kind === 'result' || kind === 'map';
}

/** Emits events to the listeners of all editors. */
export class EventHub implements AppEvents {
  private readonly listeners = new Map<(event: AppEvent) => void, Editor | undefined>();
  /** Number of listeners that were ever added. */
  joined = 0;

  readonly onEvent = (listener: (event: AppEvent) => void, editor?: Editor): (() => void) => {
    this.listeners.set(listener, editor);
    this.joined++;
    return () => this.listeners.delete(listener);
  };

  get isHeard(): boolean {
    return this.listeners.size > 0;
  }

  /** `except`: the editor that caused the event. */
  emit(event: AppEvent, except?: Editor): void {
    for (const [listener, editor] of [...this.listeners]) {
      if (except === undefined || editor !== except) listener(event);
    }
  }
}
