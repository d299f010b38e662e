/** Puts `Access` and the security headers before everything that the browser host serves. */
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Access } from './access.js';
import { securityHeaders } from './headers.js';

export const LOOPBACK = '127.0.0.1';

/** Before every route, the socket's and those that do not exist included. */
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
      if (typeof token !== 'string' || !access.admitsToken(token)) return refuseAccess(reply);
      // The token leaves the address bar, the history and every referrer at once.
      return reply
        .setCookie(access.cookieName, access.cookie, {
          path: '/',
          httpOnly: true,
          sameSite: 'strict',
        })
        .redirect('/', 303);
    }
    if (!access.admitsCookie(request.cookies[access.cookieName])) return refuseAccess(reply);
    return undefined;
  });
}

function refuseAccess(reply: FastifyReply): FastifyReply {
  return reply
    .code(401)
    .type('text/plain')
    .send(
      'Open the whole address that Unsmear printed when it started, with its token. If you just did, reload this page.',
    );
}

/** For what cannot even be decoded, and so comes neither to a route nor to the guard before it. */
export function badAddress(reply: FastifyReply): void {
  void reply.code(400).headers(securityHeaders(LOOPBACK)).type('text/plain').send('Bad address.');
}
