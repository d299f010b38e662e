/** A connection that breaks, and comes back by itself. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ReconnectingLink, type Connected } from '../../src/renderer/host/reconnect.js';
import { Connection } from '../../src/renderer/host/connection.svelte.js';
import type { AppEvent } from '../../src/shared/protocol/events.js';
import { UnsmearError } from '../../src/shared/core/errors.js';
import { Host } from './double.js';

const SIGNAL = new AbortController().signal;
const gone = (): UnsmearError => new UnsmearError('disconnected', { reason: 'lost' });

/** A host whose connections the test makes, refuses and breaks. */
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
  it('comes back by itself, with all that listened to it', async () => {
    const heard: AppEvent[] = [];
    link.subscribe((event) => heard.push(event));
    await lose();
    expect(link.state).toBe('lost');
    await vi.advanceTimersByTimeAsync(600);
    expect([link.state, socket.tries]).toEqual(['up', 2]);
    socket.tell({ type: 'memory', bytes: 1 });
    expect(heard).toHaveLength(1);
    await expect(link.call(SIGNAL, 'hello', {})).resolves.toBeNull();
  });

  it('is tried less and less often while nobody answers, and calls are refused', async () => {
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

  it('is tried at once when that is wished, and not twice at the same time', async () => {
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

  it('is told as lost only after it was there', async () => {
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
