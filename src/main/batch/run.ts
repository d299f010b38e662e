/**
 * Restores the photos of a batch one by one. Every step is in the journal before the next one
 * starts, so that a killed and a cancelled program both leave a batch that can be resumed.
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
import { restorePhoto, type RestoreEvent } from '../app/restore-photo.js';
import type { EngineSupervisor } from '../engine/supervisor/engine-supervisor.js';
import { makeScratch, removeScratch } from '../storage/scratch.js';
import { removeLeftovers } from '../storage/atomic.js';
import { openPhoto, type OpenedPhoto } from '../imaging/codecs/open-photo.js';
import type { PluginRegistry } from '../plugins/registry.js';
import { isAlive } from '../storage/is-alive.js';
import type { Journal, Outcome, Turn } from './journal.js';
import type { Batch, BatchId } from './journal-reader.js';
import { cameSince, freeOutput, makeOutputFolder, plannedOutput, refuseGone } from './output.js';
import { steeringFor, type Steering } from './sources.js';

export interface BatchListener {
  started(photo: BatchPhoto): void;
  event(photo: BatchPhoto, event: RestoreEvent): void;
  /** Called when a photo is done, skipped or failed. */
  finished(photo: BatchPhoto): void;
}

export interface BatchParts {
  readonly journal: Journal;
  readonly engine: EngineSupervisor;
  readonly plugins: PluginRegistry;
}

interface BatchEnd {
  readonly counts: BatchCounts;
  /** The signal aborted the batch, and photos are left. */
  readonly interrupted: boolean;
}

/** Errors that every further photo would meet too: the batch stops. */
const HOPELESS: readonly ErrorCode[] = [
  'disk-full',
  'output-gone',
  'engine-missing',
  'journal-unusable',
];

/** Longest time in ms until the engine of a killed program has ended. */
const ENGINE_END_MS = 15_000;

/**
 * Restores the remaining photos. Resolves when none is left or the signal aborts; rejects with an
 * error that every photo would meet (`HOPELESS`, no plug-in). Other errors fail one photo only.
 */
export async function runBatch(
  signal: AbortSignal,
  parts: BatchParts,
  id: BatchId,
  listener: BatchListener,
): Promise<BatchEnd> {
  const { journal } = parts;
  const batch = journal.batch(id);
  const { folder: plugin } = await parts.plugins.find(batch.settings.model);
  const guide = await parts.plugins.guide();
  const { engine } = journal.claim(id);
  const scratch = await makeScratch();
  try {
    if (engine !== null) await ended(signal, engine);
    await sweep(journal, id);
    await new Run(signal, parts, batch, { plugin, guide }, scratch, listener).work();
    return { counts: journal.counts(id), interrupted: signal.aborted };
  } finally {
    await sweep(journal, id);
    await removeScratch(scratch);
    journal.release(id);
  }
}

/** Waits for the engine of a killed program to end; until then it may still write a result. */
async function ended(signal: AbortSignal, pid: number): Promise<void> {
  const until = performance.now() + ENGINE_END_MS;
  while (isAlive(pid) && performance.now() < until) {
    throwIfAborted(signal);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Removes temporary files of killed processes beside results. */
async function sweep(journal: Journal, id: BatchId): Promise<void> {
  await Promise.all(
    [...new Set(journal.outputs(id).map((path) => dirname(path)))].map(removeLeftovers),
  );
}

class Run {
  private enginePid: number | undefined;
  /** The folder of the results exists or existed during this run. */
  private begun = false;

  constructor(
    private readonly signal: AbortSignal,
    private readonly parts: BatchParts,
    private readonly batch: Batch,
    private readonly network: { readonly plugin: string; readonly guide: string | null },
    private readonly scratch: string,
    private readonly listener: BatchListener,
  ) {}

  async work(): Promise<void> {
    const { journal } = this.parts;
    const { id } = this.batch;
    this.begun = journal.outputs(id).length > 0;
    for (let turn = journal.next(id); turn !== null; turn = journal.next(id)) {
      if (this.signal.aborted) return;
      this.listener.started(this.read(turn));
      let outcome: Outcome;
      try {
        outcome = await this.outcome(turn);
      } catch (error) {
        // If a drive was removed, the photo stays as after a kill.
        await refuseGone(this.batch.settings, this.begun);
        const { code } = toUnsmearError(error);
        // A cancelled photo stays as after a kill: its result may already be in place.
        if (code === 'cancelled') return;
        if (HOPELESS.includes(code)) throw error;
        outcome = { state: 'failed', error: toUnsmearError(error).toData() };
      }
      journal.finish(id, turn.number, outcome);
      this.listener.finished(this.read(turn));
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
    // With `overwrite`, an existing file proves nothing: the photo is restored again.
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
    const { signal } = this;
    const { plugin } = this.network;
    // Uses the restoration's settings, so that the network stays loaded.
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
        // Another program took the name during the restoration.
        const taken = toUnsmearError(error).code === 'output-exists';
        if (!taken || settings.onExist !== 'rename') throw error;
      }
    }
  }

  private async restore(turn: Turn, output: string, steering: Steering): Promise<RestoreReport> {
    const { settings } = this.batch;
    const { provider, strength, tile, workAt, budget, selfEnsemble, skip, threads } = settings;
    const { format, quality, depth, metadata, onExist, grain } = settings;
    const current = this.read(turn);
    const report = await restorePhoto(
      this.signal,
      this.parts.engine,
      {
        ...{ provider, strength, tile, workAt, budget, selfEnsemble, skip, threads },
        grain,
        input: turn.input,
        ...this.network,
        mask: steering.mask,
        rois: [...steering.rois],
        // The engine must use the path that the journal has.
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
        this.listener.event(current, event);
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

  /** Records the engine's process; called at events, which precede every write. */
  private noteEngine(): void {
    const { pid } = this.parts.engine;
    if (pid === this.enginePid) return;
    this.enginePid = pid;
    this.parts.journal.engineIs(this.batch.id, pid ?? null);
  }
}
