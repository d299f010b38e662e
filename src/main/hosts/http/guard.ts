/** Checks every request with `Access` and adds the security headers, before any route. */
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Access } from './access.js';
import { securityHeaders } from '../headers.js';

export const LOOPBACK = '127.0.0.1';

/** Guards all routes, including the socket's and unknown ones. */
export function addGuard(app: FastifyInstance, access: Access): void {
  app.addHook('onRequest', async (request, reply) => {
    const { raw } = request;
    const refusal = access.refuseOrigin(raw);
    reply.headers(securityHeaders(refusal === null ? (raw.headers.host ?? LOOPBACK) : LOOPBACK));
    if (refusal !== null) {
      return reply.code(refusal.status).type('text/plain').send(refusal.reason);
    }
    const { token } = request.query as { token?: unknown };
    if (raw.method === 'GET' && raw.url?.startsWith('/?') && token !== undefined) {
      const kind = typeof token === 'string' ? access.takeToken(token) : null;
      if (kind === null) return refuseAccess(reply);
      void reply.setCookie(access.cookieName, access.cookie, {
        path: '/',
        httpOnly: true,
        sameSite: 'strict',
      });
      // Removes the token from the address bar, the history and every referrer.
      if (kind === 'lasting') return reply.redirect('/', 303);
      return reply.type('text/html; charset=utf-8').send(LANDING);
    }
    if (!access.admitsCookie(request.cookies[access.cookieName])) return refuseAccess(reply);
    return undefined;
  });
}

/**
 * Answer to a ticket. Its request comes from a file's page, which is another site: a redirect would
 * lose the strict cookie. The next request, from this page, is same-site; it also replaces the used
 * ticket in the address bar.
 */
const LANDING = `<!doctype html>
<meta charset="utf-8">
<meta http-equiv="refresh" content="0; url=/">
<title>Unsmear</title>
`;

function refuseAccess(reply: FastifyReply): FastifyReply {
  return reply
    .code(401)
    .type('text/plain')
    .send(
      'Open the whole address that Unsmear printed when it started, with its token. ' +
        'If you just did, reload this page.',
    );
}

/** Answers addresses that cannot be decoded, which reach neither a route nor the guard. */
export function badAddress(reply: FastifyReply): void {
  void reply.code(400).headers(securityHeaders(LOOPBACK)).type('text/plain').send('Bad address.');
}
