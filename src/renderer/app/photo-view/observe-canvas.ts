/** The canvas element's size in device pixels, and its wheel. */
import type { ViewState } from '../../editor/view.svelte.js';

/** Keeps the view's size, and hands the wheel on; returns how to stop. */
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
  // Listening passively, the wheel would scroll or zoom the page.
  element.addEventListener('wheel', wheel, { passive: false });
  return () => {
    observer.disconnect();
    element.removeEventListener('wheel', wheel);
  };
}
