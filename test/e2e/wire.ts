/** What the host tells the page, overheard on the page's own socket. */
import type { Page } from '@playwright/test';
import type { AppEvent, ResultEvent } from '../../src/shared/api/events.js';

export interface Heard {
  /** Its place among all that was heard. */
  readonly at: number;
  readonly event: AppEvent;
}

export type Told<Type extends ResultEvent['type']> = Extract<ResultEvent, { type: Type }> & {
  readonly at: number;
};

/** Listens from before the page is loaded. */
export class Wire {
  readonly heard: Heard[] = [];

  constructor(private readonly page: Page) {
    // By the page's own clock: the test's process may be busy with something else when a message comes.
    void page.addInitScript(() => {
      const times: number[] = [];
      Object.assign(window, { heardAt: times });
      window.WebSocket = class extends WebSocket {
        constructor(...given: ConstructorParameters<typeof WebSocket>) {
          super(...given);
          this.addEventListener('message', ({ data }) => {
            if ((JSON.parse(String(data)) as { m?: unknown }).m === 'event') {
              times.push(performance.now());
            }
          });
        }
      };
    });
    page.on('websocket', (socket) => {
      socket.on('framereceived', ({ payload }) => {
        const message = JSON.parse(String(payload)) as { m?: unknown; a?: unknown };
        if (message.m !== 'event' || !Array.isArray(message.a)) return;
        this.heard.push({ at: this.heard.length, event: message.a[0] as AppEvent });
      });
    });
  }

  /** When the page got each of `heard`, milliseconds, since it was loaded. */
  times(): Promise<readonly number[]> {
    return this.page.evaluate(() => (window as unknown as { heardAt: number[] }).heardAt);
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
