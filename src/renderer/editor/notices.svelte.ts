/** Short messages in a corner, and what a screen reader is told. Errors of a photo or a panel stand there, not here. */

interface Notice {
  readonly id: number;
  readonly tone: 'info' | 'done' | 'warning' | 'error';
  readonly text: string;
  readonly action: { readonly label: string; readonly run: () => void } | null;
}

/** Long enough to read twice; errors and notices with an action stay until they are dismissed. */
const SHOWN_MS = 6000;

export class Notices {
  list = $state.raw<readonly Notice[]>([]);
  /** The text of the live region. */
  spoken = $state('');
  #next = 1;
  /** What was said last: not reactive, so that an effect may speak without following its own words. */
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

  /** Tells a screen reader, shows nothing. */
  say(text: string): void {
    // The same words twice would not be read twice.
    this.#said = this.#said === text ? `${text}\u00a0` : text;
    this.spoken = this.#said;
  }
}
