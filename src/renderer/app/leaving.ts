/** Autosaves when the page is hidden or closed, and asks before edits would be lost. */
import type { App } from './app.svelte.js';

/** Adds the page's listeners; the returned function removes them. */
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
    // Electron's window asks by itself (`close-window`); preventing the event there would block it
    // silently.
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
