/** Shows something while the pointer or the focus is on a control. */
import type { Attachment } from 'svelte/attachments';

/** Calls `start` and `end`; also calls `end` if the control is removed in between. */
export function peek(start: () => void, end: () => void): Attachment<HTMLElement> {
  return (element) => {
    const listen = new AbortController();
    const { signal } = listen;
    element.addEventListener('pointerenter', start, { signal });
    element.addEventListener('focusin', start, { signal });
    element.addEventListener('pointerleave', end, { signal });
    element.addEventListener('focusout', end, { signal });
    return () => {
      listen.abort();
      end();
    };
  };
}
