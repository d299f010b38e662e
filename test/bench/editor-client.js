/** An editor without a page: calls the API over the host's socket and fetches pixels by HTTP. */
import WebSocket from 'ws';

/**
 * @typedef {import('../../src/shared/protocol/events.js').AppEvent} AppEvent
 * @typedef {import('../../src/shared/protocol/calls.js').CallName} CallName
 * @typedef {{ ok: true, value: any } | { ok: false, error: { message: string } }} Outcome
 * @typedef {Awaited<ReturnType<typeof connectEditor>>} EditorClient
 */

/**
 * Connects to a browser host.
 * @param {string} address Address that the host printed, with its token.
 */
export async function connectEditor(address) {
  const { origin } = new URL(address);
  const welcome = await fetch(address, { redirect: 'manual' });
  const cookie = /^[^;]+/.exec(welcome.headers.get('set-cookie') ?? '')?.[0] ?? '';
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/api`, {
    origin,
    headers: { cookie },
  });
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  /** @type {Map<string, (outcome: Outcome) => void>} */
  const waiting = new Map();
  /** @type {Set<(event: AppEvent) => void>} */
  const listeners = new Set();
  let count = 0;
  socket.on('message', (text) => {
    const { t, i, m, a, r } = JSON.parse(String(text));
    if (t === 's') waiting.get(i)?.(r);
    else if (m === 'event') for (const listener of [...listeners]) listener(a[0]);
  });
  /**
   * Adds a listener; returns a function that removes it.
   * @param {(event: AppEvent) => void} listener
   */
  const on = (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  return {
    on,
    /**
     * Resolves with the next event that `wanted` accepts.
     * @template {AppEvent} Wanted
     * @param {(event: AppEvent) => event is Wanted} wanted
     * @returns {Promise<Wanted>}
     */
    next: (wanted) =>
      new Promise((resolve) => {
        const stop = on((event) => {
          if (!wanted(event)) return;
          stop();
          resolve(event);
        });
      }),
    /**
     * Calls a function of the API.
     * @template {CallName} Name
     * @param {Name} name
     * @param {import('../../src/shared/protocol/calls.js').CallInput<Name>} input
     * @returns {Promise<import('../../src/shared/protocol/calls.js').CallResult<Name>>}
     * @throws {Error} With the message of the API's error.
     */
    async call(name, input) {
      const id = `b${++count}`;
      /** @type {Outcome} */
      const outcome = await new Promise((resolve) => {
        waiting.set(id, resolve);
        socket.send(JSON.stringify({ t: 'q', i: id, m: 'call', a: [id, name, input] }));
      });
      waiting.delete(id);
      if (outcome.ok) return outcome.value;
      throw new Error(`${name}: ${outcome.error.message}`);
    },
    /**
     * Fetches pixels.
     * @param {string} path Path below the host's root.
     * @throws {Error} If the host answers with an error.
     */
    async fetch(path) {
      const response = await fetch(`${origin}/${path}`, { headers: { cookie } });
      const body = await response.arrayBuffer();
      if (!response.ok) throw new Error(`${path}: ${response.status}`);
      return body;
    },
    close: () => socket.close(),
  };
}
