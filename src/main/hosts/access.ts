/**
 * Who may speak to the browser host: a browser that was given the address with the token, on this host's
 * own pages. Everything is judged from the raw request, before any route.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

export interface Refusal {
  readonly status: number;
  readonly reason: string;
}

export class Access {
  /** In the address that is printed; good for as long as the program runs. */
  readonly token = secret();
  private readonly session = secret();
  private ticket: string | null = null;

  constructor(private readonly port: () => number) {}

  /** Cookies are shared by all ports of a host: two servers must not overwrite each other's. */
  get cookieName(): string {
    return `unsmear-${this.port()}`;
  }

  get cookie(): string {
    return this.session;
  }

  /** A token that works once: command lines, on which a browser is started, are seen by every user. */
  issueTicket(): string {
    this.ticket = secret();
    return this.ticket;
  }

  admitsToken(token: string): boolean {
    if (same(token, this.token)) return true;
    if (this.ticket === null || !same(token, this.ticket)) return false;
    this.ticket = null;
    return true;
  }

  admitsCookie(cookie: string | undefined): boolean {
    return cookie !== undefined && same(cookie, this.session);
  }

  /** What is wrong with where a request came from and went to; null: nothing. */
  refuseOrigin(request: IncomingMessage): Refusal | null {
    const { method, headers, url = '' } = request;
    if (!url.startsWith('/') || url.startsWith('//')) return refuse(400, 'Not an address of ours.');
    const host = onlyHost(request);
    // Else a name that was made to point here (DNS rebinding) would turn another site's page into ours.
    if (host !== `127.0.0.1:${this.port()}` && host !== `localhost:${this.port()}`) {
      return refuse(403, 'Wrong host.');
    }
    const { origin } = headers;
    const needsOrigin = method !== 'GET' || headers.upgrade !== undefined;
    if (origin === undefined ? needsOrigin : origin !== `http://${host}`) {
      return refuse(403, 'Wrong origin.');
    }
    return this.refuseSite(request);
  }

  /** Another port of this machine is another origin but the same site, and gets our cookie sent along. */
  private refuseSite({ headers, url = '' }: IncomingMessage): Refusal | null {
    const site = headers['sec-fetch-site'];
    if (site === undefined || site === 'same-origin' || site === 'none') return null;
    const follows =
      headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
    // A click on our address in a web page, say a terminal in the browser.
    if (follows && /^\/($|\?)/.test(url)) return null;
    return refuse(403, 'Wrong site.');
  }
}

function refuse(status: number, reason: string): Refusal {
  return { status, reason };
}

/** Node keeps the first of several: which one a proxy went by cannot be known. */
function onlyHost({ rawHeaders }: IncomingMessage): string | null {
  const hosts: string[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    if (rawHeaders[i]?.toLowerCase() === 'host') hosts.push(rawHeaders[i + 1] ?? '');
  }
  return hosts.length === 1 ? (hosts[0]?.toLowerCase() ?? null) : null;
}

function secret(): string {
  return randomBytes(32).toString('base64url');
}

/** Digests have one length, whatever was sent. */
function same(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
