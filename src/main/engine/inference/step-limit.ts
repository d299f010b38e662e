/**
 * Limits the time of one step of the runtime. A graph with an endless loop never returns from
 * `session.run()`, and only the end of the process stops it. The limits are generous, so that no
 * slow or busy machine reaches them: slow work must never be cut off.
 */
import type { ProviderId } from '../../../shared/contracts/providers.js';
import { UnsmearError } from '../../../shared/core/errors.js';

/** One call of the runtime, announced before it begins. */
export interface TimedStep {
  /** Provider that computes the step; another one may succeed. */
  readonly provider: ProviderId;
  readonly limitMs: number;
  readonly work: StepWork;
}

/** A part of the photo (sides in pixels), a self-test of a model, or a probe of the device. */
type StepWork =
  | {
      readonly reason: 'slow';
      readonly model: string;
      readonly width: number;
      readonly height: number;
    }
  | { readonly reason: 'slow-test'; readonly model: string }
  | { readonly reason: 'slow-device' };

/** For the first run of a stage: its pace is unknown, and a GPU may compile for minutes. */
const FIRST_MS_PER_MEGAPIXEL = 10 * 60_000;
/** For later runs: a machine that swaps, or runs ten other programs, is slower by less. */
const SLOWDOWN = 100;
const SHORTEST_MS = 2 * 60_000;
/** For self-tests and probes on the CPU, which compute very little. */
const TEST_MS = 60_000;
const GPU_TEST_MS = 5 * 60_000;

/** For tests only: all limits in milliseconds. */
const OVERRIDE = 'UNSMEAR_TEST_STEP_LIMIT_MS';

/**
 * Returns the limit in milliseconds for a part of the photo.
 * @param pace milliseconds per pixel of the slowest run of this stage; `null` before the first
 */
export function partLimitMs(pixels: number, pace: number | null): number {
  const first = FIRST_MS_PER_MEGAPIXEL * Math.max(1, pixels / 1e6);
  if (pace === null) return overridden(first);
  return overridden(Math.min(first, Math.max(SHORTEST_MS, SLOWDOWN * pace * pixels)));
}

/** Returns the limit in milliseconds for one run of a self-test. A GPU compiles at the first. */
export function testLimitMs(provider: ProviderId): number {
  return overridden(provider === 'cpu' ? TEST_MS : GPU_TEST_MS);
}

function overridden(limitMs: number): number {
  const given = Number(process.env[OVERRIDE]);
  return given > 0 ? given : limitMs;
}

/** Returns the error for a step that exceeded its limit. */
export function overdueError({ work, limitMs }: TimedStep): UnsmearError {
  return new UnsmearError('plugin-failed', { ...work, seconds: Math.round(limitMs / 1000) });
}

const TICK_MS = 250;

/**
 * Calls `onOverdue` for a step that exceeds its limit. Counts ticks of a timer instead of reading
 * the clock, so that neither sleep of the machine nor a busy main thread counts as time of the
 * step.
 */
export class StepWatch {
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly onOverdue: (step: TimedStep) => void) {}

  /** Starts to measure a step; `null` = the step has ended. */
  set(step: TimedStep | null): void {
    clearInterval(this.timer);
    if (step === null) return;
    let left = step.limitMs;
    this.timer = setInterval(() => {
      left -= TICK_MS;
      if (left > 0) return;
      clearInterval(this.timer);
      this.onOverdue(step);
    }, TICK_MS).unref();
  }
}
