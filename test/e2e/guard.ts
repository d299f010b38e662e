/** Collects console errors, violations of the page's policy and requests to other origins. */
import type { Page } from '@playwright/test';

/** Returns a list that grows with every violation. Must be called before the page is loaded. */
export function watch(page: Page, origin: string): string[] {
  const wrong: string[] = [];
  const socketOrigin = origin.replace('http:', 'ws:');
  page.on('console', (message) => {
    const type = message.type();
    // Violations of the content security policy appear as console errors.
    if (type !== 'error' && type !== 'warning') return;
    wrong.push(`${type}: ${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => wrong.push(`uncaught: ${error.message}`));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(`${origin}/`) && !url.startsWith('blob:')) wrong.push(`request: ${url}`);
  });
  page.on('websocket', (socket) => {
    if (!socket.url().startsWith(`${socketOrigin}/`)) wrong.push(`socket: ${socket.url()}`);
  });
  return wrong;
}
