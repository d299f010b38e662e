/** Security headers of every answer to the editor's page, on both hosts. */

/**
 * Allows nothing from other origins, nothing inline and no frames. `host`: host and port of the
 * socket, for browsers whose 'self' does not include sockets; `null` if there is none.
 */
export function securityHeaders(host: string | null): Readonly<Record<string, string>> {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "font-src 'self'",
    "img-src 'self' blob:",
    host === null ? "connect-src 'self'" : `connect-src 'self' ws://${host}`,
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    'content-security-policy': policy.join('; '),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'no-store',
  };
}
