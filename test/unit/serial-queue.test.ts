import { expect, it } from 'vitest';
import { SerialQueue } from '../../src/shared/core/serial-queue.js';

const tick = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

it('runs work one after the other, also after a failure, and settles after all of it', async () => {
  const queue = new SerialQueue();
  const order: string[] = [];
  const slow = queue.run(async () => {
    await tick(20);
    order.push('slow');
    throw new Error('broken');
  });
  const fast = queue.run(() => Promise.resolve(order.push('fast')));
  await queue.settled();
  expect(order).toEqual(['slow', 'fast']);
  await expect(slow).rejects.toThrow('broken');
  expect(await fast).toBe(2);
});
