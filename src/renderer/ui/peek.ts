/** Something that is shown while the pointer, or the focus, is on its control. */
import type { Attachment } from 'svelte/attachments';

/** Calls `start` and `end`; `end` also when the control goes away meanwhile. */
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
