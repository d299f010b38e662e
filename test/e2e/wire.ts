/** What the host tells the page, overheard on the page's own socket. */
import type { Page } from '@playwright/test';
import type { AppEvent, ResultEvent } from '../../src/shared/api/events.js';

export interface Heard {
  /** Milliseconds, when it came. */
  readonly at: number;
  readonly event: AppEvent;
}

export type Told<Type extends ResultEvent['type']> = Extract<ResultEvent, { type: Type }> & {
  readonly at: number;
};

/** Listens from before the page is loaded. */
export class Wire {
  readonly heard: Heard[] = [];

  constructor(page: Page) {
    page.on('websocket', (socket) => {
      socket.on('framereceived', ({ payload }) => {
        const message = JSON.parse(String(payload)) as { m?: unknown; a?: unknown };
        if (message.m !== 'event' || !Array.isArray(message.a)) return;
        this.heard.push({ at: performance.now(), event: message.a[0] as AppEvent });
      });
    });
  }

  /** The events of results, of one type, in the order in which they came. */
  results<Type extends ResultEvent['type']>(type: Type): Told<Type>[] {
    return this.heard.flatMap(({ at, event }) =>
      event.type === 'result' && event.event.type === type
        ? [{ ...(event.event as Extract<ResultEvent, { type: Type }>), at }]
        : [],
    );
  }
}
