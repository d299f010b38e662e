/** An editor without a page, for benchmarks: the API over the browser host's socket, pixels over HTTP. */
import WebSocket from 'ws';

/** `address`: as the host printed it, with the token. */
export async function connectEditor(address) {
  const { origin } = new URL(address);
  const answer = await fetch(address, { redirect: 'manual' });
  const cookie = /^[^;]+/.exec(answer.headers.get('set-cookie') ?? '')[0];
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/api`, {
    origin,
    headers: { cookie },
  });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const waiting = new Map();
  const listeners = new Set();
  let count = 0;
  socket.on('message', (text) => {
    const { t, i, m, a, r } = JSON.parse(text);
    if (t === 's') waiting.get(i)?.(r);
    else if (m === 'event') for (const listener of [...listeners]) listener(a[0]);
  });
  const on = (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  return {
    on,
    /** The next event of a kind. */
    next: (wanted) =>
      new Promise((resolve) => {
        const stop = on((event) => {
          if (!wanted(event)) return;
          stop();
          resolve(event);
        });
      }),
    async call(name, input) {
      const id = `b${++count}`;
      const outcome = await new Promise((resolve) => {
        waiting.set(id, resolve);
        socket.send(JSON.stringify({ t: 'q', i: id, m: 'call', a: [id, name, input] }));
      });
      waiting.delete(id);
      if (outcome.ok) return outcome.value;
      throw new Error(`${name}: ${outcome.error.message}`);
    },
    async fetch(path) {
      const response = await fetch(`${origin}/${path}`, { headers: { cookie } });
      const body = await response.arrayBuffer();
      if (!response.ok) throw new Error(`${path}: ${response.status}`);
      return body;
    },
    close: () => socket.close(),
  };
}
