/**
 * Short messages in a corner, and announcements for screen readers. Errors of a photo or a panel
 * are shown there instead.
 */

interface Notice {
  readonly id: number;
  readonly tone: 'info' | 'done' | 'warning' | 'error';
  readonly text: string;
  readonly action: { readonly label: string; readonly run: () => void } | null;
}

/** Enough time to read a message twice; errors and notices with an action stay until dismissed. */
const SHOWN_MS = 6000;

export class Notices {
  list = $state.raw<readonly Notice[]>([]);
  /** Text of the live region. */
  spoken = $state('');
  #next = 1;
  /** Last announcement; not reactive, so that an effect can announce without depending on it. */
  #said = '';

  show(tone: Notice['tone'], text: string, action: Notice['action'] = null): number {
    const id = this.#next++;
    this.list = [...this.list.filter((notice) => notice.text !== text), { id, tone, text, action }];
    if (tone !== 'error' && action === null) setTimeout(() => this.dismiss(id), SHOWN_MS);
    return id;
  }

  dismiss(id: number): void {
    this.list = this.list.filter((notice) => notice.id !== id);
  }

  /** Announces a text to screen readers without showing it. */
  say(text: string): void {
    // Screen readers skip a repeated text; a trailing space makes it different.
    this.#said = this.#said === text ? `${text}\u00a0` : text;
    this.spoken = this.#said;
  }
}
