/** An engine that is killed as soon as it begins with a tile, for tests. */
import { forkEngine, type EngineProcess } from '../../src/main/engine/spawn.js';
import { ENTRY } from './harness.js';

export function dyingOn(tile: number, deadly: () => boolean = () => true): EngineProcess {
  const child = forkEngine(ENTRY);
  const listen = (handler: (message: unknown) => void) =>
    child.channel.listen((message) => {
      const { m, a } = message as { m?: string; a?: unknown[] };
      if (m === 'studioStep' && a?.[1] === tile && deadly()) child.kill();
      handler(message);
    });
  return { ...child, channel: { ...child.channel, listen } };
}
