/**
 * How long the runtime may take for one step. A graph with an endless loop never returns from
 * `session.run()`, and nothing but the end of the process stops it. Limits are generous, so that no
 * slow or busy machine meets them: work that is merely slow must never be cut off.
 */
import type { ProviderId } from '../../../shared/contracts/providers.js';
import { UnsmearError } from '../../../shared/core/errors.js';

/** One call of the runtime, announced before it begins. */
export interface TimedStep {
  readonly kind: 'part' | 'self-test' | 'probe';
  /** What computes: another one may succeed. */
  readonly provider: ProviderId;
  /** Name of the model; `null` for a probe, which needs none. */
  readonly model: string | null;
  /** Size in pixels of what is computed. */
  readonly width: number;
  readonly height: number;
  readonly limitMs: number;
}

/** First run of a stage: nothing is known of its pace, and a GPU compiles for minutes. */
const FIRST_MS_PER_MEGAPIXEL = 10 * 60_000;
/** Later ones: a machine that swaps, or runs ten other programs, is slower by less than this. */
const SLOWDOWN = 100;
const SHORTEST_MS = 2 * 60_000;
/** Self-tests and probes compute next to nothing. */
const TEST_MS = 60_000;
const GPU_TEST_MS = 5 * 60_000;

/** For tests only: all limits in milliseconds. */
const OVERRIDE = 'UNSMEAR_TEST_STEP_LIMIT_MS';

/**
 * Returns the limit in milliseconds for a part of the photo.
 * @param pace milliseconds per pixel of the slowest earlier run of this stage; `null` before the first
 */
export function partLimitMs(pixels: number, pace: number | null): number {
  const first = FIRST_MS_PER_MEGAPIXEL * Math.max(1, pixels / 1e6);
  if (pace === null) return overridden(first);
  return overridden(Math.min(first, Math.max(SHORTEST_MS, SLOWDOWN * pace * pixels)));
}

/** Returns the limit in milliseconds for one run of a self-test. The first one on a GPU compiles. */
export function testLimitMs(provider: ProviderId): number {
  return overridden(provider === 'cpu' ? TEST_MS : GPU_TEST_MS);
}

export function probeLimitMs(): number {
  return overridden(TEST_MS);
}

function overridden(limitMs: number): number {
  const given = Number(process.env[OVERRIDE]);
  return given > 0 ? given : limitMs;
}

export function overdueError({ kind, model, width, height, limitMs }: TimedStep): UnsmearError {
  const seconds = Math.round(limitMs / 1000);
  if (model === null) return new UnsmearError('plugin-failed', { reason: 'slow-device', seconds });
  return kind === 'part'
    ? new UnsmearError('plugin-failed', { reason: 'slow', model, width, height, seconds })
    : new UnsmearError('plugin-failed', { reason: 'slow-test', model, seconds });
}

const TICK_MS = 250;

/**
 * Measures the step at hand. Counts ticks of a timer rather than the clock, so that neither the sleep
 * of the machine nor a busy main thread counts as time of the step.
 */
export class StepWatch {
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly onOverdue: (step: TimedStep) => void) {}

  /** `null`: the step has ended. */
  set(step: TimedStep | null): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    if (step === null) return;
    let left = step.limitMs;
    this.timer = setInterval(() => {
      left -= TICK_MS;
      if (left > 0) return;
      this.set(null);
      this.onOverdue(step);
    }, TICK_MS).unref();
  }
}
