/** Engines that are killed at a moment of a test's choice. */
import { forkEngine, type EngineProcess } from '../../src/main/engine/spawn.js';
import { ENTRY } from './harness.js';

/** Hears what the engine calls before the supervisor does; `lost`: the call dies with the engine. */
export type Tap = (name: string, args: readonly unknown[]) => 'pass' | 'die' | 'lost';

export function tapped(tap: Tap): EngineProcess {
  const child = forkEngine([], ENTRY);
  let dead = false;
  const listen = (handler: (message: unknown) => void) =>
    child.channel.listen((message) => {
      if (dead) return;
      const { m = '', a = [] } = message as { m?: string; a?: readonly unknown[] };
      const what = tap(m, a);
      if (what !== 'pass') child.kill();
      dead = what === 'lost';
      if (!dead) handler(message);
    });
  return { ...child, channel: { ...child.channel, listen } };
}

/** Killed as soon as it begins with a tile. */
export function dyingOn(tile: number, deadly: () => boolean = () => true): EngineProcess {
  return tapped((name, args) =>
    name === 'studioStep' && args[1] === tile && deadly() ? 'die' : 'pass',
  );
}
