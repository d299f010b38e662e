/** Shares the network between runs and blur scores, in the order of their requests. */
import { availableParallelism } from 'node:os';
import { SerialQueue } from '../../../shared/core/serial-queue.js';
import { verifyPlugin } from '../../plugins/verify.js';
import type { LoadResult, LoadSpec, WorkerApi } from '../inference/protocol.js';
import type { Recovery, RestorationSettings } from '../protocol.js';

/** Returns what the worker needs to load a plug-in. Rejects with `plugin-invalid`. */
export async function loadSpec(
  settings: Pick<RestorationSettings, 'plugin' | 'provider'> &
    Partial<Pick<RestorationSettings, 'threads'>>,
  { broken }: Recovery,
): Promise<LoadSpec> {
  return {
    plugin: await verifyPlugin(settings.plugin),
    provider: settings.provider,
    threads: settings.threads ?? availableParallelism(),
    broken,
  };
}

/** Held for one tile of a run or one photo's blur score. */
export class NetworkLock {
  private readonly queue = new SerialQueue();
  private loaded: { readonly spec: LoadSpec; readonly result: LoadResult } | null = null;

  constructor(private readonly worker: Pick<WorkerApi, 'load'>) {}

  hold<T>(work: () => Promise<T>): Promise<T> {
    return this.queue.run(work);
  }

  /**
   * Loads a network; the caller must hold it. Costs nothing if the same `spec` object was the last
   * to be loaded. Rejects with `plugin-invalid` or `plugin-failed`.
   */
  async load(spec: LoadSpec): Promise<LoadResult> {
    if (this.loaded?.spec === spec) return { ...this.loaded.result, loadMs: 0 };
    this.loaded = null;
    const result = await this.worker.load(spec);
    this.loaded = { spec, result };
    return result;
  }
}

/** Turns of one run at the network. A stopped run neither takes a further turn nor waits for it. */
export class Turns {
  stopping = false;
  private working = false;
  private endWaiting: () => void = () => undefined;
  private readonly waitingEnds = new Promise<void>((resolve) => (this.endWaiting = resolve));

  constructor(private readonly network: NetworkLock) {}

  /** Runs `work` when the network is free; returns `null` if the run is stopped before that. */
  async take<T>(work: () => Promise<T>): Promise<T | null> {
    const turn = this.network.hold(async () => {
      if (this.stopping) return null;
      this.working = true;
      return work().finally(() => (this.working = false));
    });
    await Promise.race([turn, this.waitingEnds]);
    return this.stopping && !this.working ? null : turn;
  }

  stop(): void {
    this.stopping = true;
    this.endWaiting();
  }
}
