/**
 * Opens photos in an engine as the editor does, by an id of the test's choice, and records events.
 */
import { join } from 'node:path';
import type { BlurScore } from '../../src/shared/contracts/triage.js';
import type { ProviderChoice } from '../../src/shared/contracts/providers.js';
import type { Rect, RestoreOutput } from '../../src/shared/contracts/restore.js';
import type { RegionDocument } from '../../src/shared/regions/index.js';
import type { Picture } from '../../src/main/imaging/index.js';
import type {
  Exported,
  MaskSource,
  PhotoFacts,
  RestorationSettings,
  RestorationState,
  SessionEvent,
  StageChoice,
  TileCall,
} from '../../src/main/engine/protocol.js';
import type { EngineSupervisor } from '../../src/main/engine/supervisor/engine-supervisor.js';
import { SessionClient } from '../../src/main/engine/supervisor/session-client.js';
import type { MapName } from '../../src/main/tiling/maps.js';
import { ScratchCache, type Lease } from '../../src/main/storage/scratch-cache.js';
import { readPixels } from './harness.js';

/** No regions: the whole photo. */
export const EVERYWHERE: RegionDocument = { operations: [] };

/** Output options of an export that keeps what the photo has. */
export const AS_THE_PHOTO = {
  format: null,
  quality: null,
  depth: null,
  metadata: 'all',
} as const;

export const NEVER = new AbortController().signal;

export interface Emitted {
  readonly photo: string;
  readonly restoration: string;
  readonly event: SessionEvent;
}

export type StageEvent = Extract<SessionEvent, { type: 'stage' }>;
export type FinishedEvent = Extract<SessionEvent, { type: 'finished' }>;

export interface TestExport {
  readonly photo: string;
  readonly restoration: string | null;
  readonly stage?: StageChoice;
  readonly strength?: number;
  readonly regions?: RegionDocument;
  readonly output: RestoreOutput;
}

export class TestSessions {
  readonly emitted: Emitted[] = [];
  private readonly scratch: ScratchCache;
  private readonly opened = new Map<string, { session: SessionClient; lease: Lease }>();
  private listeners: ((emitted: Emitted) => void)[] = [];

  constructor(
    private readonly engine: EngineSupervisor,
    scratchRoot?: string,
    maxKept?: number,
  ) {
    this.scratch = new ScratchCache(scratchRoot, maxKept);
  }

  async open(id: string, path: string, signal: AbortSignal = NEVER): Promise<PhotoFacts> {
    const lease = await this.scratch.lease(path);
    try {
      const { session, facts } = await SessionClient.open(signal, this.engine, {
        photo: { session: id, path, scratch: lease.folder, keep: { stages: true, maps: true } },
        oneShot: false,
        onEvent: (restoration, event) => this.record({ photo: id, restoration, event }),
      });
      this.opened.set(id, { session, lease });
      return facts;
    } catch (error) {
      await lease.release();
      throw error;
    }
  }

  async close(id: string): Promise<void> {
    const opened = this.opened.get(id);
    this.opened.delete(id);
    await opened?.session.close();
    await opened?.lease.release();
  }

  /** Closes every photo and removes all finished tiles. */
  async dispose(): Promise<void> {
    await Promise.all([...this.opened.keys()].map((id) => this.close(id)));
    await this.scratch.close();
  }

  session(id: string): SessionClient {
    return this.opened.get(id)!.session;
  }

  on(listener: (emitted: Emitted) => void): void {
    this.listeners.push(listener);
  }

  start(
    id: string,
    settings: RestorationSettings,
    view: Rect | null = null,
    where: MaskSource = null,
  ): Promise<RestorationState> {
    return this.session(id).start(NEVER, settings, { where, view });
  }

  tile(photo: string, call: Partial<TileCall> = {}): Promise<Picture> {
    const first = { restoration: null, stage: 'latest', level: 0, column: 0, row: 0 } as const;
    return this.session(photo).call(NEVER, 'tile', { ...first, ...call });
  }

  map(id: string, restoration: string, name: MapName): Promise<Picture> {
    return this.session(id).call(NEVER, 'map', restoration, name);
  }

  async score(
    id: string,
    plugin: string,
    provider: ProviderChoice = 'cpu',
  ): Promise<BlurScore | null> {
    const blur = await this.session(id).call(NEVER, 'score', { plugin, provider });
    return blur && { score: blur.score, blurredShare: blur.blurredShare, extent: blur.extent };
  }

  export(
    { photo, restoration, output, ...options }: TestExport,
    signal: AbortSignal = NEVER,
    progress?: (done: number) => void,
  ): Promise<Exported> {
    const { stage = 'latest', strength = 1, regions = EVERYWHERE } = options;
    const call = { restoration, stage, strength, mask: { regions }, output, inPlace: false };
    return this.session(photo).export(signal, call, progress);
  }

  /** Exports a PNG into `folder` and returns its pixels. */
  async exportPixels(
    folder: string,
    photo: string,
    restoration: string | null,
    options: Pick<TestExport, 'stage' | 'strength' | 'regions'> = {},
  ): Promise<Buffer> {
    const path = join(folder, `export-${photo}.png`);
    const output = { path, ...AS_THE_PHOTO, onExist: 'overwrite' } as const;
    await this.export({ photo, restoration, output, ...options });
    return (await readPixels(path)).data;
  }

  /** Starts a restoration and waits until it ends in some way. */
  async finish(
    photo: string,
    settings: RestorationSettings,
    view: Rect | null = null,
    onEvent: (event: SessionEvent) => void = () => undefined,
    where: MaskSource = null,
  ): Promise<{ result: RestorationState; events: SessionEvent[]; last: SessionEvent }> {
    const recorded: Emitted[] = [];
    let check: () => void = () => undefined;
    const listener = (one: Emitted) => {
      if (one.photo !== photo) return;
      recorded.push(one);
      onEvent(one.event);
      check();
    };
    this.listeners.push(listener);
    try {
      const result = await this.start(photo, settings, view, where);
      const own = () => recorded.filter((one) => one.restoration === result.restoration);
      const ends = ['finished', 'failed', 'stopped'];
      const last = await new Promise<SessionEvent>((resolve) => {
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

  /** Returns the stages emitted for a restoration so far. */
  stagesOf(photo: string, restoration: string): StageEvent[] {
    const own = this.emitted.filter(
      (one) => one.photo === photo && one.restoration === restoration,
    );
    return stagesOf(own.map(({ event }) => event));
  }

  private record(emitted: Emitted): void {
    this.emitted.push(emitted);
    for (const listener of [...this.listeners]) listener(emitted);
  }
}

export function settingsOf(
  plugin: string,
  change: Partial<RestorationSettings> = {},
): RestorationSettings {
  return {
    ...{ plugin, provider: 'cpu', rois: [], tile: 'auto', selfEnsemble: false, skip: false },
    ...{ workAt: 'auto', guide: null, budget: 1, threads: null },
    grain: 0,
    ...change,
  };
}

export function stagesOf(events: readonly SessionEvent[]): StageEvent[] {
  return events.filter((event): event is StageEvent => event.type === 'stage');
}

export function touches(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}
