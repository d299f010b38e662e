/** Scores many photos, two at a time: the next one is decoded while the network scores one. */
import { availableParallelism } from 'node:os';
import { toUnsmearError, type UnsmearError } from '../../../shared/core/errors.js';
import type { EngineSupervisor } from '../../engine/supervisor/engine-supervisor.js';
import type { BlurAnswer, ScoreJob } from '../../engine/protocol.js';

type TriageSettings = Pick<ScoreJob, 'plugin' | 'provider' | 'threads'>;

export type Judged<P> =
  | { readonly photo: P; readonly answer: BlurAnswer }
  | { readonly photo: P; readonly error: UnsmearError };

/** Errors that every further photo would meet too. */
const HOPELESS: readonly string[] = ['engine-missing', 'plugin-missing', 'plugin-invalid'];
const AT_ONCE = 2;

/** Returns the default number of threads: one core stays free for decoding the next photo. */
export function spareThreads(): number {
  return Math.max(1, availableParallelism() - 1);
}

/**
 * Yields the photos in the given order as their scores arrive. A failed photo does not stop the
 * others; rejects on an error that all photos would meet. Ends early when the signal aborts.
 */
export async function* judgeAll<P extends { readonly input: string }>(
  signal: AbortSignal,
  engine: Pick<EngineSupervisor, 'score'>,
  photos: readonly P[],
  settings: TriageSettings,
): AsyncGenerator<Judged<P>> {
  const waiting: Promise<Judged<P>>[] = [];
  let next = 0;
  while (next < photos.length || waiting.length > 0) {
    while (waiting.length < AT_ONCE && next < photos.length) {
      waiting.push(judge(signal, engine, photos[next++]!, settings));
    }
    const judged = await waiting.shift()!;
    if (signal.aborted) return;
    if ('error' in judged && HOPELESS.includes(judged.error.code)) throw judged.error;
    yield judged;
  }
}

/** Never rejects, because its result may be awaited later. */
async function judge<P extends { readonly input: string }>(
  signal: AbortSignal,
  engine: Pick<EngineSupervisor, 'score'>,
  photo: P,
  settings: TriageSettings,
): Promise<Judged<P>> {
  try {
    const answer = await engine.score(signal, { ...settings, input: photo.input });
    return { photo, answer };
  } catch (error) {
    return { photo, error: toUnsmearError(error) };
  }
}
