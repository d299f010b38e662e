/** Size and wheel events of the canvas element. */
import type { ViewState } from '../../editor/view.svelte.js';

/**
 * Copies the element's size in device pixels to the view and forwards wheel events; the returned
 * function stops.
 */
export function observeCanvas(
  element: HTMLCanvasElement,
  view: ViewState,
  wheel: (event: WheelEvent) => void,
): () => void {
  const observer = new ResizeObserver((entries) => {
    const { inlineSize = 1, blockSize = 1 } = entries[0]?.contentBoxSize[0] ?? {};
    const device = entries[0]?.devicePixelContentBoxSize[0];
    const ratio = window.devicePixelRatio;
    view.pixelRatio = ratio;
    view.canvas = {
      width: Math.max(1, device?.inlineSize ?? Math.round(inlineSize * ratio)),
      height: Math.max(1, device?.blockSize ?? Math.round(blockSize * ratio)),
    };
  });
  observer.observe(element);
  // A passive listener could not prevent the page from scrolling or zooming.
  element.addEventListener('wheel', wheel, { passive: false });
  return () => {
    observer.disconnect();
    element.removeEventListener('wheel', wheel);
  };
}
