/** Decides whether a window may close. Asks the editor first; one that hangs is not asked. */

/** Action after the window has closed. */
export type ClosingAction = 'close' | 'quit';

export class Closing {
  private connected = false;
  private answering = true;
  private agreed = false;
  private quitting = false;
  private action: ClosingAction = 'close';

  /** Notes that the program quits: the window's next request to close comes from that. */
  quit(): void {
    this.quitting = true;
  }

  /** Closes without a question when the system shuts down: the autosave has the edit. */
  hurry(): void {
    this.agreed = true;
  }

  /** Handles a request to close. Returns `ask` if the window must stay open until `agree`. */
  request(): 'ask' | 'let-go' {
    // After a refused quit, closing the window later must not quit.
    this.action = this.quitting ? 'quit' : 'close';
    this.quitting = false;
    if (this.agreed || !this.connected || !this.answering) return 'let-go';
    return 'ask';
  }

  /** Handles the editor's consent. Returns the action that was requested. */
  agree(): ClosingAction {
    this.agreed = true;
    return this.action;
  }

  /** Action now that the window has closed. */
  get followedBy(): ClosingAction {
    return this.action;
  }

  editorConnected(connected: boolean): void {
    this.connected = connected;
  }

  /** Notes whether the page responds. */
  editorAnswers(answering: boolean): void {
    this.answering = answering;
  }
}
