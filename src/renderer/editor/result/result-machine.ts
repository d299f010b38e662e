/**
 * State machine of a result as the user sees it; pure, so that every order of events can be tested.
 */
import type { StartedResult } from '../../../shared/protocol/calls.js';
import type { ResultEvent } from '../../../shared/protocol/events.js';
import type { ResultId } from '../../../shared/protocol/ids.js';
import { toErrorData, type ErrorData, type WarningData } from '../../../shared/core/errors.js';
import type { ProviderId } from '../../../shared/contracts/providers.js';
import type { Rect } from '../../../shared/contracts/restore.js';

/** `partial`: stopped with a usable part. */
export type ResultPhase = 'idle' | 'loading' | 'running' | 'partial' | 'finished' | 'failed';

/** Progress of a stage, 0..1. */
export interface StageChip {
  readonly label: string;
  readonly share: number;
}

/** Size and duration of the last run. */
export interface Work {
  readonly tiles: number;
  readonly ms: number;
}

export type Retried = Extract<ResultEvent, { type: 'retried' }>;

export interface ResultModel {
  readonly phase: ResultPhase;
  readonly result: ResultId | null;
  readonly stages: readonly StageChip[];
  readonly maps: readonly string[];
  readonly provider: ProviderId | null;
  readonly device: string | null;
  readonly tile: number | null;
  readonly done: number;
  readonly total: number;
  readonly secondsLeft: number | null;
  readonly version: number;
  /** Finished parts; `null` = everything. */
  readonly finished: readonly Rect[] | null;
  readonly blurredShare: number | null;
  /** `null` if the whole result came from an earlier run. */
  readonly work: Work | null;
  readonly warnings: readonly WarningData[];
  /** Last reason why a tile was repeated. */
  readonly retried: Retried | null;
  readonly error: ErrorData | null;
}

export const IDLE: ResultModel = {
  ...{ phase: 'idle', result: null, stages: [], maps: [], provider: null },
  ...{ device: null, tile: null, done: 0, total: 0, secondsLeft: null, version: 0, finished: [] },
  ...{ blurredShare: null, work: null, warnings: [], retried: null, error: null },
};

/** Enters loading; the previous result stays visible until the new one starts. */
export function requested(model: ResultModel): ResultModel {
  return {
    ...model,
    phase: 'loading',
    error: null,
    warnings: [],
    retried: null,
    secondsLeft: null,
  };
}

/** Enters running, or finished if the result was complete already. */
export function started(model: ResultModel, answer: StartedResult): ResultModel {
  const same = model.result === answer.result;
  const before = same ? model : { ...IDLE, device: model.device };
  const full = answer.complete;
  return {
    ...before,
    phase: full ? 'finished' : 'running',
    result: answer.result,
    version: Math.max(before.version, answer.version),
    maps: answer.maps,
    tile: answer.tile,
    stages: answer.stages.map((label, i) => ({
      label,
      share: full ? 1 : (before.stages[i]?.share ?? 0),
    })),
    finished: full ? null : (before.finished ?? []),
    blurredShare: answer.blurredShare ?? before.blurredShare,
    ...{ error: null, warnings: [], retried: null, secondsLeft: null },
  };
}

/** Handles a rejected request. */
export function refused(model: ResultModel, error: unknown): ResultModel {
  const data = toErrorData(error);
  if (data.code === 'cancelled') return { ...model, phase: rest(model), secondsLeft: null };
  return { ...model, phase: 'failed', error: data, secondsLeft: null };
}

/** Applies an event of the result. */
export function happened(model: ResultModel, event: ResultEvent): ResultModel {
  switch (event.type) {
    case 'loaded':
      return { ...model, provider: event.provider, device: event.device, tile: event.tile };
    case 'stage':
      return {
        ...model,
        version: Math.max(model.version, event.version),
        finished: withRect(model.finished, event.rect),
      };
    case 'skipped':
      return { ...model, finished: withRect(model.finished, event.rect) };
    case 'progress': {
      const { done, total, secondsLeft } = event;
      const stages = model.stages.map((chip, i) => ({ ...chip, share: event.stages[i] ?? 0 }));
      return { ...model, done, total, secondsLeft, stages };
    }
    case 'retried':
      return { ...model, retried: event };
    case 'warning':
      return { ...model, warnings: withWarning(model.warnings, event.warning) };
    case 'finished':
      return {
        ...model,
        phase: 'finished',
        version: Math.max(model.version, event.version),
        finished: null,
        stages: model.stages.map((chip) => ({ ...chip, share: 1 })),
        done: model.total,
        secondsLeft: null,
        blurredShare: event.blurredShare,
        // A run that computed nothing has no meaningful duration.
        work: event.computed > 0 ? { tiles: event.computed, ms: event.ms } : model.work,
      };
    case 'stopped':
      // A stop that arrives after the last tile must not undo the finish.
      return model.phase === 'finished'
        ? model
        : { ...model, phase: rest(model), secondsLeft: null };
    case 'failed':
      return { ...model, phase: 'failed', error: event.error, secondsLeft: null };
  }
}

/** Returns whether part of the result can be shown. */
export function isVisible(model: ResultModel): boolean {
  return model.result !== null && (model.version > 0 || model.finished === null);
}

/** Returns whether the result is loading or running. */
export function isBusy(model: ResultModel): boolean {
  return model.phase === 'loading' || model.phase === 'running';
}

function rest(model: ResultModel): ResultPhase {
  if (model.result === null) return 'idle';
  if (model.finished === null) return 'finished';
  return model.version > 0 ? 'partial' : 'idle';
}

function withWarning(known: readonly WarningData[], warning: WarningData): readonly WarningData[] {
  const text = JSON.stringify(warning);
  return known.some((other) => JSON.stringify(other) === text) ? known : [...known, warning];
}

function withRect(rects: readonly Rect[] | null, rect: Rect): readonly Rect[] | null {
  if (rects === null) return null;
  const known = rects.some(
    (other) => other.x === rect.x && other.y === rect.y && other.w === rect.w && other.h === rect.h,
  );
  return known ? rects : [...rects, rect];
}
