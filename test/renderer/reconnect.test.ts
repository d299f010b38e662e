/** Reconnecting after an interruption. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ReconnectingLink, type Connected } from '../../src/renderer/host/reconnect.js';
import { Connection } from '../../src/renderer/host/connection.svelte.js';
import type { AppEvent } from '../../src/shared/protocol/events.js';
import { UnsmearError } from '../../src/shared/core/errors.js';
import { Host } from './double.js';

const SIGNAL = new AbortController().signal;
const gone = (): UnsmearError => new UnsmearError('disconnected', { reason: 'lost' });

/** Host double whose connections the test accepts, refuses and breaks. */
class Socket {
  tries = 0;
  refuses = false;
  break: () => void = () => undefined;
  tell: (event: AppEvent) => void = () => undefined;

  readonly open = (): Promise<Connected> => {
    this.tries++;
    if (this.refuses) return Promise.reject(gone());
    return Promise.resolve({
      call: () => Promise.resolve(null as never),
      onEvent: (listener) => {
        this.tell = listener;
        return () => undefined;
      },
      closed: new Promise((resolve) => (this.break = resolve)),
    });
  };
}

let socket: Socket;
let link: ReconnectingLink;

beforeEach(async () => {
  vi.useFakeTimers();
  socket = new Socket();
  link = new ReconnectingLink(socket.open);
  await vi.advanceTimersByTimeAsync(0);
});
afterEach(() => vi.useRealTimers());

async function lose(): Promise<void> {
  socket.break();
  await vi.advanceTimersByTimeAsync(0);
}

describe('a connection', () => {
  it('reconnects by itself and keeps its subscribers', async () => {
    const received: AppEvent[] = [];
    link.subscribe((event) => received.push(event));
    await lose();
    expect(link.state).toBe('lost');
    await vi.advanceTimersByTimeAsync(600);
    expect([link.state, socket.tries]).toEqual(['up', 2]);
    socket.tell({ type: 'memory', bytes: 1 });
    expect(received).toHaveLength(1);
    await expect(link.call(SIGNAL, 'hello', {})).resolves.toBeNull();
  });

  it('retries ever less often without an answer, and refuses calls meanwhile', async () => {
    socket.refuses = true;
    await lose();
    await vi.advanceTimersByTimeAsync(4000);
    const soon = socket.tries - 1;
    await vi.advanceTimersByTimeAsync(40_000);
    const later = socket.tries - 1 - soon;
    expect(soon).toBe(3);
    expect(later).toBeGreaterThanOrEqual(4);
    expect(later).toBeLessThanOrEqual(7);
    await expect(link.call(SIGNAL, 'hello', {})).rejects.toMatchObject({ code: 'disconnected' });
  });

  it('retries at once on request, but not twice at the same time', async () => {
    socket.refuses = true;
    await lose();
    await vi.advanceTimersByTimeAsync(3000);
    const { tries } = socket;
    socket.refuses = false;
    link.retryNow();
    link.retryNow();
    await vi.advanceTimersByTimeAsync(0);
    expect([link.state, socket.tries]).toEqual(['up', tries + 1]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(socket.tries).toBe(tries + 1);
  });

  it('counts as lost only after it was up', async () => {
    const host = Object.assign(new Host(), { link });
    const connection = new Connection(host);
    let returns = 0;
    connection.follow(() => returns++);
    expect(connection.lost).toBe(false);
    await lose();
    expect([connection.lost, returns]).toEqual([true, 0]);
    await vi.advanceTimersByTimeAsync(600);
    expect([connection.lost, returns]).toEqual([false, 1]);
  });
});
