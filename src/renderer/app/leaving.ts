/** The page goes away: what was not kept yet is kept now, and only what could be lost is a reason to ask. */
import type { App } from './app.svelte.js';

/** Listens until the returned function is called. */
export function guardPage(app: App, page: Window): () => void {
  const flush = (): void => {
    for (const { persistence } of app.photos.list) void persistence.flush();
  };
  const hidden = (): void => {
    if (page.document.visibilityState === 'hidden') flush();
  };
  const unload = (event: BeforeUnloadEvent): void => {
    const atRisk = app.photos.list.some(({ persistence }) => persistence.atRisk);
    flush();
    // Electron's window asks by itself before it closes (`close-window`); here it would silently stay open.
    if (atRisk && app.info?.host !== 'electron') event.preventDefault();
  };
  page.document.addEventListener('visibilitychange', hidden);
  page.addEventListener('pagehide', flush);
  page.addEventListener('beforeunload', unload);
  return () => {
    page.document.removeEventListener('visibilitychange', hidden);
    page.removeEventListener('pagehide', flush);
    page.removeEventListener('beforeunload', unload);
  };
}
