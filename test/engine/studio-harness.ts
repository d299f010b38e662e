/** A studio with its events, for tests. */
import type { ResultEvent } from '../../src/shared/protocol/events.js';
import type { RegionDocument } from '../../src/shared/regions/index.js';
import type { Rect } from '../../src/shared/contracts/restore.js';
import type { EngineClient } from '../../src/main/engine/supervisor/client.js';
import { StudioClient } from '../../src/main/engine/supervisor/studio-client.js';
import type { ResultSpec, StudioResult } from '../../src/main/engine/session/protocol.js';

/** No regions: the whole photo. */
export const EVERYWHERE: RegionDocument = { operations: [] };

/** Of an export: as the photo is. */
export const AS_THE_PHOTO = {
  format: null,
  quality: null,
  depth: null,
  metadata: 'all',
} as const;

export const NEVER = new AbortController().signal;

export interface Told {
  readonly photo: string;
  readonly result: string;
  readonly event: ResultEvent;
}

export type StageEvent = Extract<ResultEvent, { type: 'stage' }>;
export type FinishedEvent = Extract<ResultEvent, { type: 'finished' }>;

export class TestStudio {
  readonly told: Told[] = [];
  readonly client: StudioClient;
  private listeners: ((told: Told) => void)[] = [];

  constructor(engine: EngineClient, scratchRoot?: string, maxKept?: number) {
    this.client = new StudioClient(engine, {
      ...(scratchRoot === undefined ? {} : { scratchRoot }),
      ...(maxKept === undefined ? {} : { maxKept }),
      onEvent: (photo, result, event) => {
        const told = { photo, result, event };
        this.told.push(told);
        for (const listener of [...this.listeners]) listener(told);
      },
    });
  }

  on(listener: (told: Told) => void): void {
    this.listeners.push(listener);
  }

  /** Starts a result and waits until it ends in some way. */
  async finish(
    photo: string,
    spec: ResultSpec,
    view: Rect | null = null,
    onEvent: (event: ResultEvent) => void = () => undefined,
  ): Promise<{ result: StudioResult; events: ResultEvent[]; last: ResultEvent }> {
    const told: Told[] = [];
    let check: () => void = () => undefined;
    const listener = (one: Told) => {
      if (one.photo !== photo) return;
      told.push(one);
      onEvent(one.event);
      check();
    };
    this.listeners.push(listener);
    try {
      const result = await this.client.start(NEVER, photo, spec, view);
      const own = () => told.filter((one) => one.result === result.result);
      const ends = ['finished', 'failed', 'stopped'];
      const last = await new Promise<ResultEvent>((resolve) => {
        check = () => {
          const end = own().find(({ event }) => ends.includes(event.type));
          if (end) resolve(end.event);
        };
        check();
      });
      return { result, events: own().map(({ event }) => event), last };
    } finally {
      this.listeners = this.listeners.filter((other) => other !== listener);
    }
  }

  /** The stages told of a result so far. */
  stagesOf(photo: string, result: string): StageEvent[] {
    const own = this.told.filter((one) => one.photo === photo && one.result === result);
    return stagesOf(own.map(({ event }) => event));
  }
}

export function specOf(plugin: string, change: Partial<ResultSpec> = {}): ResultSpec {
  const base: ResultSpec = {
    ...{ plugin, provider: 'cpu', rois: [], tile: 'auto', selfEnsemble: false, skip: false },
  };
  return { ...base, ...change };
}

export function stagesOf(events: readonly ResultEvent[]): StageEvent[] {
  return events.filter((event): event is StageEvent => event.type === 'stage');
}

export function touches(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}
