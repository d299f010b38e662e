/** Records the events that the host sends to the page, on the page's own socket. */
import type { Page } from '@playwright/test';
import type { AppEvent, ResultEvent } from '../../src/shared/protocol/events.js';

type OfType<Type extends ResultEvent['type']> = Extract<ResultEvent, { type: Type }>;
export type StageEvent = OfType<'stage'>;

/** Records all events; must be created before the page is loaded. */
export class Wire {
  readonly events: AppEvent[] = [];

  constructor(page: Page) {
    page.on('websocket', (socket) => {
      socket.on('framereceived', ({ payload }) => {
        const message = JSON.parse(String(payload)) as { m?: unknown; a?: unknown };
        if (message.m !== 'event' || !Array.isArray(message.a)) return;
        this.events.push(message.a[0] as AppEvent);
      });
    });
  }

  /** Returns all result events of one type, in order of arrival. */
  results<Type extends ResultEvent['type']>(type: Type): OfType<Type>[] {
    return this.events.flatMap((event) =>
      event.type === 'result' && event.event.type === type ? [event.event as OfType<Type>] : [],
    );
  }
}
