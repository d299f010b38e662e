/**
 * Decides which requests the browser host answers: those of a browser that exchanged a token for
 * the cookie, from this host's own pages. Judges the raw request, before any route.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

interface Refusal {
  readonly status: number;
  readonly reason: string;
}

/** Lifetime of a ticket in ms: the first start of a browser may take a minute. */
const TICKET_MS = 120_000;

/** A token that works once, until it expires. */
interface Ticket {
  readonly token: string;
  /** Invalidates it. */
  readonly end: () => void;
}

export class Access {
  /** Token of the printed address; valid as long as the program runs. */
  readonly token = secret();
  private readonly session = secret();
  private ticket: Ticket | null = null;

  constructor(private readonly port: () => number) {}

  /** Contains the port: a host's ports share cookies, and servers must not overwrite others'. */
  get cookieName(): string {
    return `unsmear-${this.port()}`;
  }

  get cookie(): string {
    return this.session;
  }

  /** Returns a token that works once. `ended` is called when it is used, expired or replaced. */
  issueTicket(ended: () => void, lifetimeMs = TICKET_MS): string {
    this.ticket?.end();
    const token = secret();
    const end = (): void => {
      clearTimeout(timer);
      if (this.ticket?.token !== token) return;
      this.ticket = null;
      ended();
    };
    const timer = setTimeout(end, lifetimeMs);
    timer.unref();
    this.ticket = { token, end };
    return token;
  }

  /** Invalidates the current ticket. */
  revokeTicket(): void {
    this.ticket?.end();
  }

  /** Returns the kind of a token, `null` if it is not valid. Uses up a ticket. */
  takeToken(token: string): 'lasting' | 'ticket' | null {
    if (same(token, this.token)) return 'lasting';
    if (this.ticket === null || !same(token, this.ticket.token)) return null;
    this.ticket.end();
    return 'ticket';
  }

  admitsCookie(cookie: string | undefined): boolean {
    return cookie !== undefined && same(cookie, this.session);
  }

  /** Returns why a request is refused by its host, origin or site; `null` if it is not. */
  refuseOrigin(request: IncomingMessage): Refusal | null {
    const { method, headers, url = '' } = request;
    if (!url.startsWith('/') || url.startsWith('//')) return refuse(400, 'Not an address of ours.');
    const host = onlyHost(request);
    // DNS rebinding: another site's name that resolves to 127.0.0.1 would make its page ours.
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

  /** Refuses pages on other ports of this machine: being the same site, they send the cookie. */
  private refuseSite({ headers, url = '' }: IncomingMessage): Refusal | null {
    const site = headers['sec-fetch-site'];
    if (site === undefined || site === 'same-origin' || site === 'none') return null;
    const follows =
      headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
    // A link to this server, from a terminal in the browser or from the page of `--open`.
    if (follows && /^\/($|\?)/.test(url)) return null;
    return refuse(403, 'Wrong site.');
  }
}

function refuse(status: number, reason: string): Refusal {
  return { status, reason };
}

/** Returns the `Host` header if there is one: of several, a proxy may have used another. */
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

/** Compares in constant time. `timingSafeEqual` needs equal lengths, which digests have. */
function same(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
