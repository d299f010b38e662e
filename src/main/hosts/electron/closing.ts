/** Whether a window may close: the editor is asked first, as long as there is one that can answer. */

/** What follows when the window has closed. */
export type Wish = 'close' | 'quit';

export class Closing {
  private connected = false;
  private answering = true;
  private agreed = false;
  private quitting = false;
  private wish: Wish = 'close';

  /** The whole program was told to quit: the next request of the window comes from that. */
  quit(): void {
    this.quitting = true;
  }

  /** The system goes down, or logs the user out: the autosave has what the editor would ask about. */
  hurry(): void {
    this.agreed = true;
  }

  /** The window is told to close. `ask`: it must stay until `agree`. */
  request(): 'ask' | 'let-go' {
    // Whoever says no to a quit and later closes the window did not mean to quit.
    this.wish = this.quitting ? 'quit' : 'close';
    this.quitting = false;
    if (this.agreed || !this.connected || !this.answering) return 'let-go';
    return 'ask';
  }

  /** The editor has asked what had to be asked. Returns what was wished for. */
  agree(): Wish {
    this.agreed = true;
    return this.wish;
  }

  /** What is to follow now that the window is gone. */
  get followedBy(): Wish {
    return this.wish;
  }

  editorConnected(connected: boolean): void {
    this.connected = connected;
  }

  /** Whether the page reacts at all. */
  editorAnswers(answering: boolean): void {
    this.answering = answering;
  }
}
