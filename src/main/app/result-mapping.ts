/** Maps the engine's restorations to the editor's results: the only place where the two meet. */
import type { StartedResult } from '../../shared/protocol/calls.js';
import type { ResultEvent } from '../../shared/protocol/events.js';
import type { RestorationState, SessionEvent, StageChoice } from '../engine/protocol.js';

export function startedResult({ restoration, ...state }: RestorationState): StartedResult {
  return { result: restoration, ...state };
}

/** The editor writes the latest stage as 0. */
export function stageChoice(stage: number): StageChoice {
  return stage === 0 ? 'latest' : stage;
}

/** Maps an event of the engine to the editor's protocol. */
export function resultEvent(event: SessionEvent): ResultEvent {
  switch (event.type) {
    case 'loaded': {
      const { type, provider, device, tile } = event;
      return { type, provider, device, tile };
    }
    case 'stage': {
      const { type, stage, rect, version } = event;
      return { type, stage, rect, version };
    }
    case 'skipped': {
      const { type, rect } = event;
      return { type, rect };
    }
    case 'finished': {
      const { type, version, blurredShare, computed, ms } = event;
      return { type, version, blurredShare, computed, ms };
    }
    default:
      return event;
  }
}
