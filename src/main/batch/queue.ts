/** Runs the batches of one program one at a time, in the order of the requests. */
import { basename } from 'node:path';
import type { BatchPhoto } from '../../shared/contracts/batch.js';
import type { BatchState } from '../../shared/protocol/batches.js';
import { toErrorData, UnsmearError, type ErrorData } from '../../shared/core/errors.js';
import type { EngineSupervisor } from '../engine/supervisor/engine-supervisor.js';
import type { PluginRegistry } from '../plugins/registry.js';
import type { KeepAwake } from './awake.js';
import type { Journal } from './journal.js';
import type { BatchId } from './journal-reader.js';
import { runBatch, type BatchListener } from './run.js';

interface QueueParts {
  readonly journal: Journal;
  /** Starts an engine for batches only, so that its crashes do not affect open photos. */
  readonly makeEngine: () => EngineSupervisor;
  readonly plugins: PluginRegistry;
  readonly keepAwake: KeepAwake;
}

interface QueueListener {
  /** Called when a batch has changed, and `photo` with it if not `null`. */
  changed(batch: BatchId, photo: BatchPhoto | null): void;
}

interface CurrentPhoto {
  readonly name: string;
  /** Share of finished tiles, 0..1. */
  readonly done: number;
}

interface Running {
  readonly id: BatchId;
  readonly controller: AbortController;
  readonly ended: Promise<void>;
  current: CurrentPhoto | null;
}

export class BatchQueue {
  private waiting: BatchId[] = [];
  private running: Running | null = null;
  private readonly problems = new Map<BatchId, ErrorData>();
  private closed = false;

  constructor(
    private readonly parts: QueueParts,
    private readonly listener: QueueListener,
  ) {}

  state(id: BatchId): BatchState {
    if (this.running?.id === id) return 'running';
    if (this.waiting.includes(id)) return 'queued';
    const { waiting, working } = this.parts.journal.counts(id);
    if (waiting + working === 0) return 'finished';
    if (this.parts.journal.isElsewhere(id)) return 'elsewhere';
    return this.problems.has(id) ? 'stopped' : 'paused';
  }

  get isIdle(): boolean {
    return this.running === null;
  }

  /** Returns the error that stopped a batch; `null` if none did. */
  problem(id: BatchId): ErrorData | null {
    return this.problems.get(id) ?? null;
  }

  current(id: BatchId): CurrentPhoto | null {
    return this.running?.id === id ? this.running.current : null;
  }

  /** Starts or resumes a batch. Throws `batch-busy` while another program owns it. */
  start(id: BatchId): void {
    if (this.running?.id === id || this.waiting.includes(id)) return;
    if (this.parts.journal.isElsewhere(id)) {
      throw new UnsmearError('batch-busy', { reason: 'elsewhere' });
    }
    this.problems.delete(id);
    this.waiting.push(id);
    this.next();
    this.listener.changed(id, null);
  }

  /** Resolves when the batch has stopped; the current photo will be restored again. */
  async pause(id: BatchId): Promise<void> {
    const queued = this.waiting.includes(id);
    this.waiting = this.waiting.filter((other) => other !== id);
    if (this.running?.id === id) {
      const { controller, ended } = this.running;
      controller.abort();
      await ended;
    } else if (queued) this.listener.changed(id, null);
  }

  /** Stops the running batch, which can be resumed at the next start. */
  async close(): Promise<void> {
    this.closed = true;
    this.waiting = [];
    this.running?.controller.abort();
    await this.running?.ended;
  }

  private next(): void {
    if (this.running !== null || this.closed) return;
    const id = this.waiting.shift();
    if (id === undefined) return;
    const controller = new AbortController();
    const ended = this.run(controller.signal, id).then(() => {
      this.running = null;
      this.listener.changed(id, null);
      this.next();
    });
    this.running = { id, controller, ended, current: null };
  }

  /** Runs a batch and keeps its error. Never rejects. */
  private async run(signal: AbortSignal, id: BatchId): Promise<void> {
    const { journal, makeEngine, plugins, keepAwake } = this.parts;
    const sleep = keepAwake();
    const engine = makeEngine();
    try {
      await runBatch(signal, { journal, engine, plugins }, id, this.listenTo(id));
    } catch (error) {
      if (!signal.aborted) this.problems.set(id, toErrorData(error));
    } finally {
      sleep();
      await engine.close();
    }
  }

  private listenTo(id: BatchId): BatchListener {
    const show = (photo: BatchPhoto, done: number): void => {
      if (this.running?.id !== id) return;
      this.running.current = { name: basename(photo.input), done };
      this.listener.changed(id, null);
    };
    return {
      started: (photo) => show(photo, 0),
      event: (photo, event) => {
        if (event.type === 'progress' && event.total > 0) show(photo, event.done / event.total);
        if (event.type === 'encoding') show(photo, 1);
      },
      finished: (photo) => {
        if (this.running?.id === id) this.running.current = null;
        this.listener.changed(id, photo);
      },
    };
  }
}
