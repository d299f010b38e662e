/** Starts engines that are killed at a moment that the test chooses. */
import { forkEngine, type EngineProcess } from '../../src/main/engine/supervisor/spawn.js';
import { ENTRY } from './harness.js';

/** Receives the engine's calls before the supervisor; `die` kills it, `lost` drops the call too. */
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

/** Starts an engine that is killed as soon as it begins with `tile`. */
export function dyingOn(tile: number, deadly: () => boolean = () => true): EngineProcess {
  return tapped((name, args) =>
    name === 'stepStarted' && args[1] === tile && deadly() ? 'die' : 'pass',
  );
}

/** Calls `sent` when the supervisor has sent the engine a call of this name. */
export function watched(child: EngineProcess, name: string, sent: () => void): EngineProcess {
  const post = (message: unknown) => {
    child.channel.post(message);
    if ((message as { m?: string }).m === name) sent();
  };
  return { ...child, channel: { ...child.channel, post } };
}
