/** Restores one photo to files through a session of its own: for the command line and batches. */
import { randomUUID } from 'node:crypto';
import {
  RestoreRequest,
  type RestoreReport,
  type RestoreRequestInput,
} from '../../shared/contracts/restore.js';
import { unlessAborted } from '../../shared/core/abort.js';
import { throwIfAborted, UnsmearError, type WarningData } from '../../shared/core/errors.js';
import { makeScratch, removeScratch, sweepScratch } from '../storage/scratch.js';
import type { PhotoFacts, SessionEvent, Where } from '../engine/protocol.js';
import type { EngineSupervisor } from '../engine/supervisor/engine-supervisor.js';
import { SessionClient } from '../engine/supervisor/session-client.js';

export type RestoreEvent = SessionEvent | { readonly type: 'encoding' };

type Finished = Extract<SessionEvent, { type: 'finished' }>;

let swept: Promise<void> | null = null;

/**
 * Restores one photo; an engine does one at a time. Rejects with an `UnsmearError`; leaves no
 * partial file.
 */
export async function restorePhoto(
  signal: AbortSignal,
  engine: EngineSupervisor,
  input: RestoreRequestInput,
  onEvent: (event: RestoreEvent) => void = () => undefined,
): Promise<RestoreReport> {
  const request = parseRequest(input);
  throwIfAborted(signal);
  const known = engine.endless.get(request.plugin);
  if (known !== undefined) throw known;
  await (swept ??= sweepScratch());
  const scratch = await makeScratch();
  try {
    // The start of the engine does not count as the photo's time.
    await engine.ready(signal);
    return await new PhotoRestore(signal, engine, request, onEvent).run(scratch);
  } finally {
    await removeScratch(scratch);
  }
}

/** Throws `request-invalid`, naming the first value that is wrong. */
function parseRequest(request: RestoreRequestInput): RestoreRequest {
  const parsed = RestoreRequest.safeParse(request);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new UnsmearError('request-invalid', {
    reason: 'value',
    place: issue?.path.join('.') ?? '',
    details: issue?.message ?? '',
  });
}

class PhotoRestore {
  private readonly began = performance.now();
  private readonly warnings = new Map<string, WarningData>();
  private loadMs = 0;
  private ended: (event: SessionEvent) => void = () => undefined;

  constructor(
    private readonly signal: AbortSignal,
    private readonly engine: EngineSupervisor,
    private readonly request: RestoreRequest,
    private readonly onEvent: (event: RestoreEvent) => void,
  ) {}

  async run(scratch: string): Promise<RestoreReport> {
    const { input: path, stagesDir, mapsDir } = this.request;
    const keep = { stages: stagesDir !== null, maps: mapsDir !== null };
    const { session, facts } = await SessionClient.open(this.signal, this.engine, {
      photo: { session: randomUUID(), path, scratch, keep },
      oneShot: true,
      onEvent: (_, event) => this.handle(event),
    });
    try {
      return await this.restore(session, facts);
    } finally {
      await session.close(this.signal);
    }
  }

  private async restore(session: SessionClient, facts: PhotoFacts): Promise<RestoreReport> {
    const { input, output, mask, strength, stagesDir, mapsDir } = this.request;
    facts.warnings.forEach((warning) => this.warn(warning));
    if (output !== null) await session.call(this.signal, 'checkOutput', output);
    const { finished, restoration } = await this.compute(session);
    const source = mask === null ? null : { file: mask };
    const applied = { restoration, mask: source, strength };
    if (stagesDir !== null || mapsDir !== null) {
      await session.call(this.signal, 'writePictures', { ...applied, stagesDir, mapsDir });
    }
    throwIfAborted(this.signal);
    let written: string | null = null;
    if (output !== null) {
      this.onEvent({ type: 'encoding' });
      const call = { ...applied, stage: 'latest' as const, output, inPlace: true };
      const exported = await session.export(this.signal, call);
      exported.warnings.forEach((warning) => this.warn(warning));
      written = exported.path;
    }
    const { width, height } = facts;
    const { model, provider, tiles, stages, blur } = finished.report;
    return {
      ...{ input, output: written, model, provider, width, height, tiles, stages, blur },
      ms: performance.now() - this.began - this.loadMs,
      inferenceMs: stages.reduce((sum, { ms }) => sum + ms, 0),
      loadMs: this.loadMs,
      peakRssBytes: (await this.engine.memory()).peakBytes,
      warnings: [...this.warnings.values()],
    };
  }

  /** Resolves when every tile is done. */
  private async compute(session: SessionClient) {
    const { plugin, guide, provider, rois, tile, workAt, selfEnsemble } = this.request;
    const { skip, grain, budget, threads } = this.request;
    const ended = new Promise<Finished>((resolve, reject) => {
      this.ended = (event) => {
        if (event.type === 'finished') resolve(event);
        if (event.type === 'failed') reject(UnsmearError.fromData(event.error));
        if (event.type === 'stopped') reject(new UnsmearError('cancelled'));
      };
    });
    // It may reject before it is awaited.
    ended.catch(() => undefined);
    const network = { plugin, guide, provider, tile, workAt, selfEnsemble, skip, budget, threads };
    const settings = { ...network, rois, grain };
    const options = { where: this.where(), view: null };
    const { restoration } = await session.start(this.signal, settings, options);
    return { finished: await unlessAborted(this.signal, ended), restoration };
  }

  /** With strength 0 nothing changes; tiles are computed only for pictures of them. */
  private where(): Where {
    const { mask, strength, stagesDir, mapsDir } = this.request;
    if (strength === 0 && stagesDir === null && mapsDir === null) return 'nowhere';
    return mask === null ? null : { file: mask };
  }

  private handle(event: SessionEvent): void {
    if (event.type === 'loaded') this.loadMs = event.loadMs;
    if (event.type === 'warning') this.warn(event.warning);
    else this.onEvent(event);
    this.ended(event);
  }

  /** Forwards a warning once; a restarted engine repeats those of finished tiles. */
  private warn(warning: WarningData): void {
    const text = JSON.stringify(warning);
    if (this.warnings.has(text)) return;
    this.warnings.set(text, warning);
    this.onEvent({ type: 'warning', warning });
  }
}
