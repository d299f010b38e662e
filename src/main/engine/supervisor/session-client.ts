/** Drives a `RestorationSession` from the main process: its runs, exports and calls for pixels. */
import { randomUUID } from 'node:crypto';
import type { Rect } from '../../../shared/contracts/restore.js';
import { NEVER } from '../../../shared/core/abort.js';
import { throwIfAborted } from '../../../shared/core/errors.js';
import type {
  EventSource,
  ExportCall,
  Exported,
  OpenCall,
  PhotoFacts,
  RestorationSettings,
  RestorationState,
  SessionApi,
  SessionEvent,
  Where,
} from '../protocol.js';
import { ActiveRun, type StartOptions } from './active-run.js';
import { EnginePhoto } from './engine-photo.js';
import type { AskOptions, EngineSupervisor } from './engine-supervisor.js';
import type { RunningEngine, SessionListener } from './running-engine.js';
import type { EngineExit } from './spawn.js';

/** Calls that are not retried as usual. */
const RETRIES: Partial<Record<keyof SessionApi, AskOptions>> = {
  // A score is not worth a second crash.
  score: { tries: 1 },
};
export interface SessionOptions {
  readonly photo: OpenCall;
  /** The engine is not replaced while the session is open. */
  readonly oneShot: boolean;
  readonly onEvent: (restoration: string, event: SessionEvent) => void;
}

export class SessionClient implements SessionListener {
  private readonly photo: EnginePhoto;
  /** Number of exports in progress. */
  private exports = 0;
  private run: ActiveRun | null = null;

  private constructor(
    private readonly supervisor: EngineSupervisor,
    private readonly options: SessionOptions,
  ) {
    this.photo = new EnginePhoto(supervisor, options.photo);
    supervisor.sessions.set(this.photo.id, this);
  }

  /** Opens a photo. Rejects with the decoder's errors, `file-missing` or `cancelled`. */
  static async open(
    signal: AbortSignal,
    supervisor: EngineSupervisor,
    options: SessionOptions,
  ): Promise<{ readonly session: SessionClient; readonly facts: PhotoFacts }> {
    const session = new SessionClient(supervisor, options);
    try {
      return { session, facts: await session.photo.open(signal) };
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  get busy(): boolean {
    return this.options.oneShot || this.active !== null || this.exports > 0;
  }

  /**
   * Closes the photo; its finished tiles stay in the scratch folder. If the signal has aborted, an
   * engine that does not finish its step within the grace time is killed.
   */
  async close(signal: AbortSignal = NEVER): Promise<void> {
    if (this.run) this.run.over = true;
    this.supervisor.sessions.delete(this.photo.id);
    const { engine, id } = this.photo;
    if (!engine || engine.gone) return;
    const closed = engine.call(engine.rpc.close(id));
    if (signal.aborted) engine.retireAfter(this.supervisor.graceMs, closed);
    await closed;
  }

  /** Calls a method of the photo's session, in whichever engine has it open. */
  async call<Method extends keyof SessionApi>(
    signal: AbortSignal,
    method: Method,
    ...args: Parameters<SessionApi[Method]>
  ): Promise<Awaited<ReturnType<SessionApi[Method]>>> {
    type Answer = Awaited<ReturnType<SessionApi[Method]>>;
    const call = ({ rpc }: RunningEngine) => rpc.session(this.photo.id, method, args);
    return (await this.photo.ask(signal, call, RETRIES[method])) as Answer;
  }

  /** Starts or continues a restoration, and stops the run in progress, of whichever session. */
  async start(
    signal: AbortSignal,
    settings: RestorationSettings,
    options: StartOptions,
  ): Promise<RestorationState> {
    const { supervisor, photo } = this;
    const run = new ActiveRun(supervisor, photo, settings, options, this.options.onEvent);
    this.run = run;
    try {
      return await run.begin(signal);
    } catch (error) {
      run.over = true;
      throw error;
    }
  }

  /** Returns the state of a restoration; computes nothing. */
  async find(
    signal: AbortSignal,
    settings: RestorationSettings,
    where: Where,
  ): Promise<RestorationState> {
    const { photo } = this;
    const call = photo.findCall(photo.knownFor(settings), where);
    const found = await this.call(signal, 'find', call);
    photo.emitted(found.version);
    return found;
  }

  /** Sets the viewport (photo pixels); its tiles are computed first. */
  async setViewport(signal: AbortSignal, view: Rect): Promise<void> {
    if (this.active) this.active.view = view;
    await this.call(signal, 'setViewport', view);
  }

  /** Stops after the current step; finished tiles are kept. */
  async stop(signal: AbortSignal): Promise<void> {
    if (this.run) this.run.over = true;
    await this.call(signal, 'stop');
  }

  /**
   * Writes the photo or a restoration to a file. A cancelled export leaves no file, unless it had
   * just finished; then it resolves. `progress` receives the share that is done, 0..1.
   */
  async export(
    signal: AbortSignal,
    options: Omit<ExportCall, 'id' | 'session'>,
    progress: (done: number) => void = () => undefined,
  ): Promise<Exported> {
    const call = { ...options, id: randomUUID(), session: this.photo.id };
    const send = ({ rpc, exports }: RunningEngine) => {
      // Aborted while the photo was opened, when there was nothing to cancel.
      throwIfAborted(signal);
      exports.set(call.id, progress);
      return rpc.export(call).finally(() => exports.delete(call.id));
    };
    this.exports++;
    try {
      // The answer to a cancel is awaited: the caller must learn whether a file exists.
      const onAbort = ({ rpc }: RunningEngine) => void rpc.cancel.asEvent(call.id);
      return await this.photo.ask(signal, send, { onAbort });
    } finally {
      this.exports--;
      this.photo.engine?.restartIfNeeded();
    }
  }

  handle(engine: RunningEngine, { restoration, run }: EventSource, event: SessionEvent): void {
    if (event.type === 'stage' || event.type === 'finished') this.photo.emitted(event.version);
    const active = this.active?.number === run ? this.active : null;
    if (active && !active.handle(engine, restoration, event)) return;
    // Superseded by a newer request, which may be for the same restoration.
    if (event.type === 'stopped' && !active && this.active) return;
    this.options.onEvent(restoration, event);
  }

  exited(engine: RunningEngine, exit: EngineExit): void {
    this.active?.exited(engine, exit);
  }

  private get active(): ActiveRun | null {
    return this.run?.active ? this.run : null;
  }
}
