import { describe, expect, it } from 'vitest';
import { Closing } from '../../../src/main/hosts/electron/closing.js';

function withEditor(): Closing {
  const closing = new Closing();
  closing.editorConnected(true);
  return closing;
}

describe('closing the window', () => {
  it('asks the editor at each request and closes when the editor agrees', () => {
    const closing = withEditor();
    expect(closing.request()).toBe('ask');
    expect(closing.request()).toBe('ask');
    expect(closing.agree()).toBe('close');
    expect(closing.request()).toBe('let-go');
  });

  it.each([
    ['before an editor is connected', () => new Closing()],
    [
      'when the editor is gone',
      () => {
        const closing = withEditor();
        closing.editorConnected(false);
        return closing;
      },
    ],
    [
      'when the page hangs',
      () => {
        const closing = withEditor();
        closing.editorAnswers(false);
        return closing;
      },
    ],
    [
      'when the system goes down',
      () => {
        const closing = withEditor();
        closing.hurry();
        return closing;
      },
    ],
  ])('happens at once %s', (_, make) => {
    expect(make().request()).toBe('let-go');
  });

  it('asks again when the page responds again', () => {
    const closing = withEditor();
    closing.editorAnswers(false);
    closing.editorAnswers(true);
    expect(closing.request()).toBe('ask');
  });

  it('continues the quit that requested it', () => {
    const closing = withEditor();
    closing.quit();
    expect(closing.request()).toBe('ask');
    expect(closing.agree()).toBe('quit');
    // The window's own `close`, which follows, is not another request.
    expect(closing.followedBy).toBe('quit');
  });

  it('forgets a quit that was cancelled', () => {
    const closing = withEditor();
    closing.quit();
    expect(closing.request()).toBe('ask');
    expect(closing.request()).toBe('ask');
    expect(closing.agree()).toBe('close');
  });
});
