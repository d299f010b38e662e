/** Orders the photos whose blur score is missing. */
import { describe, expect, it } from 'vitest';
import { BlurQueue } from '../../src/main/app/blur-queue.js';

interface Judging {
  readonly photo: string;
  readonly signal: AbortSignal;
  readonly done: () => Promise<void>;
}

const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

function makeQueue(): { queue: BlurQueue; begun: Judging[]; names: () => string[] } {
  const begun: Judging[] = [];
  const queue = new BlurQueue((signal, photo) => {
    return new Promise((resolve) => {
      begun.push({ photo, signal, done: () => (resolve(), settle()) });
    });
  });
  return { queue, begun, names: () => begun.map(({ photo }) => photo) };
}

async function finish(begun: readonly Judging[]): Promise<void> {
  // Finishing one photo starts the next.
  for (const judging of begun) await judging.done();
}

describe('the queue of blur scores', () => {
  it('scores one photo at a time, the newest first', async () => {
    const { queue, begun, names } = makeQueue();
    queue.add('p-1');
    await settle();
    for (const photo of ['p-2', 'p-3', 'p-4']) queue.add(photo);
    await settle();
    expect(names()).toEqual(['p-1']);
    await finish(begun);
    expect(names()).toEqual(['p-1', 'p-4', 'p-3', 'p-2']);
  });

  it('moves the shown photo to the front and scores no photo twice', async () => {
    const { queue, begun, names } = makeQueue();
    for (const photo of ['p-1', 'p-2', 'p-3']) queue.add(photo);
    queue.prefer('p-1');
    queue.prefer('p-1');
    await settle();
    await finish(begun);
    queue.prefer('p-1');
    await settle();
    expect(names()).toEqual(['p-1', 'p-3', 'p-2']);
  });

  it('cancels closed photos, including the current one', async () => {
    const { queue, begun, names } = makeQueue();
    for (const photo of ['p-1', 'p-2', 'p-3']) queue.add(photo);
    await settle();
    queue.drop('p-2');
    queue.drop('p-3');
    expect(begun[0]!.signal.aborted).toBe(true);
    await finish(begun);
    expect(names()).toEqual(['p-3', 'p-1']);
  });

  it('continues after it was empty', async () => {
    const { queue, begun, names } = makeQueue();
    queue.add('p-1');
    await settle();
    await finish(begun);
    queue.add('p-2');
    await settle();
    expect(names()).toEqual(['p-1', 'p-2']);
  });
});
