/** Fails tests on console errors, breaches of the page's policy and requests to other origins. */
import type { Page } from '@playwright/test';

/** Collects violations on a page, from before it is loaded. */
export function watch(page: Page, origin: string): string[] {
  const wrong: string[] = [];
  const socketOrigin = origin.replace('http:', 'ws:');
  page.on('console', (message) => {
    const type = message.type();
    // Breaches of the policy appear as console errors.
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
