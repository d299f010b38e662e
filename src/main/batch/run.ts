/**
 * Works a batch off, photo by photo. Every step is in the journal before the next one begins, so that a program that is killed
 * at any moment, and one that is asked to stop, leave the same thing behind: a batch that goes on.
 */
import { dirname } from 'node:path';
import type { BatchCounts, BatchPhoto } from '../../shared/contracts/batch.js';
import {
  throwIfAborted,
  toUnsmearError,
  UnsmearError,
  type ErrorCode,
} from '../../shared/core/errors.js';
import type { RestoreReport } from '../../shared/contracts/restore.js';
import { isBlurred } from '../../shared/contracts/triage.js';
import type { EngineSupervisor } from '../engine/supervisor/engine-supervisor.js';
import type { RestoreEvent } from '../engine/supervisor/restore.js';
import { makeScratch, removeScratch } from '../storage/scratch.js';
import { removeLeftovers } from '../storage/atomic.js';
import { openPhoto, type OpenedPhoto } from '../imaging/codecs/decode.js';
import type { PluginRegistry } from '../plugins/registry.js';
import { isAlive } from '../storage/is-alive.js';
import type { Batch, BatchId, Journal, Outcome, Turn } from './journal.js';
import { cameSince, freeOutput, makeOutputFolder, plannedOutput, refuseGone } from './output.js';
import { steeringFor, type Steering } from './sources.js';

export interface BatchListener {
  started(photo: BatchPhoto): void;
  event(photo: BatchPhoto, event: RestoreEvent): void;
  /** It is done, skipped or failed. */
  finished(photo: BatchPhoto): void;
}

export type BatchEngine = Pick<EngineSupervisor, 'restore' | 'score' | 'pid'>;

export interface BatchParts {
  readonly journal: Journal;
  readonly engine: BatchEngine;
  readonly plugins: PluginRegistry;
}

export interface BatchEnd {
  readonly counts: BatchCounts;
  /** The signal ended it: photos are left. */
  readonly interrupted: boolean;
}

/** Failures that every further photo would meet as well: the batch stops and waits for its user. */
const HOPELESS: readonly ErrorCode[] = [
  'disk-full',
  'output-gone',
  'engine-missing',
  'journal-unusable',
];

/** How long an engine whose program was killed may take to end. */
const ENGINE_END_MS = 15_000;

/**
 * Restores what is left of a batch. Resolves when nothing is, or when the signal says stop; rejects with what would fail every
 * further photo (`HOPELESS`, no plug-in). A photo that fails does not stop the others.
 */
export async function runBatch(
  signal: AbortSignal,
  parts: BatchParts,
  id: BatchId,
  tell: BatchListener,
): Promise<BatchEnd> {
  const { journal } = parts;
  const batch = journal.batch(id);
  const { folder: plugin } = await parts.plugins.find(batch.settings.model);
  const { engine } = journal.claim(id);
  const scratch = await makeScratch();
  try {
    if (engine !== null) await ended(signal, engine);
    await sweep(journal, id);
    await new Run(signal, parts, batch, plugin, scratch, tell).work();
    return { counts: journal.counts(id), interrupted: signal.aborted };
  } finally {
    await sweep(journal, id);
    await removeScratch(scratch);
    journal.release(id);
  }
}

/** A process that a killed program left behind notices soon; until then it may still put a result in place. */
async function ended(signal: AbortSignal, pid: number): Promise<void> {
  const until = performance.now() + ENGINE_END_MS;
  while (isAlive(pid) && performance.now() < until) {
    throwIfAborted(signal);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Removes what killed processes left half written beside results. */
async function sweep(journal: Journal, id: BatchId): Promise<void> {
  await Promise.all(
    [...new Set(journal.outputs(id).map((path) => dirname(path)))].map(removeLeftovers),
  );
}

class Run {
  private enginePid: number | undefined;
  /** The folder of the results is there, or was. */
  private begun = false;

  constructor(
    private readonly signal: AbortSignal,
    private readonly parts: BatchParts,
    private readonly batch: Batch,
    private readonly plugin: string,
    private readonly scratch: string,
    private readonly tell: BatchListener,
  ) {}

  async work(): Promise<void> {
    const { journal } = this.parts;
    const { id } = this.batch;
    this.begun = journal.outputs(id).length > 0;
    for (let turn = journal.next(id); turn !== null; turn = journal.next(id)) {
      if (this.signal.aborted) return;
      this.tell.started(this.read(turn));
      let outcome: Outcome;
      try {
        outcome = await this.outcome(turn);
      } catch (error) {
        // A drive that was taken away: the photo is left as a kill leaves it.
        await refuseGone(this.batch.settings, this.begun);
        const { code } = toUnsmearError(error);
        // What was stopped stays as a kill leaves it: its result may be in place already, and its name is known.
        if (code === 'cancelled') return;
        if (HOPELESS.includes(code)) throw error;
        outcome = { state: 'failed', error: toUnsmearError(error).toData() };
      }
      journal.finish(id, turn.number, outcome);
      this.tell.finished(this.read(turn));
    }
  }

  private read({ number }: Turn): BatchPhoto {
    return this.parts.journal.photo(this.batch.id, number)!;
  }

  private async outcome(turn: Turn): Promise<Outcome> {
    const { settings } = this.batch;
    await refuseGone(settings, this.begun);
    const photo = await openPhoto(turn.input);
    const megapixels = (photo.width * photo.height) / 1e6;
    const { output, began } = turn;
    // Where files are replaced, an older one of the same name says nothing: the photo is restored again, to the same bytes.
    const own = settings.onExist !== 'overwrite' && output !== null && began !== null;
    if (own && (await cameSince(output, began))) {
      return { state: 'done', output, report: null, megapixels };
    }
    if (await this.isSharp(turn)) return { state: 'skipped', because: 'sharp', output: null };
    const planned = plannedOutput(settings, turn, photo);
    const restored = await this.restoreUnderFreeName(turn, photo, planned);
    if (restored === null) return { state: 'skipped', because: 'exists', output: planned };
    return { state: 'done', output: restored.output!, report: restored, megapixels };
  }

  private async isSharp({ input }: Turn): Promise<boolean> {
    const { onlyBlurred, provider, threads } = this.batch.settings;
    if (onlyBlurred === null) return false;
    const { plugin, signal } = this;
    // With the restoration's own settings: the network stays loaded.
    const asked = { input, plugin, provider, threads };
    const { blur } = await this.parts.engine.score(signal, asked);
    return !isBlurred(blur, onlyBlurred);
  }

  private async restoreUnderFreeName(
    turn: Turn,
    photo: OpenedPhoto,
    planned: string,
  ): Promise<RestoreReport | null> {
    const { journal } = this.parts;
    const { id, settings } = this.batch;
    await makeOutputFolder(dirname(planned), this.begun ? settings.folder : null);
    const steering = await steeringFor(this.signal, settings, photo, this.scratch);
    for (;;) {
      const output = await freeOutput(journal, id, settings, turn, planned, steering.mask);
      if (output === null) return null;
      journal.begin(id, turn.number, output);
      this.begun = true;
      try {
        return await this.restore(turn, output, steering);
      } catch (error) {
        // Someone else took the name while the photo was restored.
        const taken = toUnsmearError(error).code === 'output-exists';
        if (!taken || settings.onExist !== 'rename') throw error;
      }
    }
  }

  private async restore(turn: Turn, output: string, steering: Steering): Promise<RestoreReport> {
    const { settings } = this.batch;
    const { provider, strength, tile, budget, selfEnsemble, skip, threads } = settings;
    const { format, quality, depth, metadata, onExist } = settings;
    const told = this.read(turn);
    const report = await this.parts.engine.restore(
      this.signal,
      {
        ...{ provider, strength, tile, budget, selfEnsemble, skip, threads },
        input: turn.input,
        plugin: this.plugin,
        mask: steering.mask,
        rois: [...steering.rois],
        // The journal must know the name: the engine may not choose another one.
        output: {
          path: output,
          format,
          quality,
          depth,
          metadata,
          onExist: onExist === 'overwrite' ? 'overwrite' : 'error',
        },
      },
      (event) => {
        this.noteEngine();
        this.tell.event(told, event);
      },
    );
    if (report.output !== output) {
      throw new UnsmearError('internal', {
        reason: 'unexpected',
        details: `The result went to ${report.output ?? 'nowhere'}.`,
      });
    }
    return report;
  }

  /** Before it writes anything it tells much. */
  private noteEngine(): void {
    const { pid } = this.parts.engine;
    if (pid === this.enginePid) return;
    this.enginePid = pid;
    this.parts.journal.engineIs(this.batch.id, pid ?? null);
  }
}
