/** The engine processes that this program has started, for an end that must leave none behind. */
import { UnsmearError } from '../../../shared/core/errors.js';
import type { EngineProcess } from './spawn.js';

const running = new Set<EngineProcess>();
let ending = false;

/** Starts an engine with `start`. Throws `cancelled` after `endAllEngines`. */
export function startTracked(start: () => EngineProcess): EngineProcess {
  if (ending) throw new UnsmearError('cancelled', 'The program is ending.');
  const engine = start();
  running.add(engine);
  void engine.exited.then(() => running.delete(engine));
  return engine;
}

/** Kills every engine, whatever it does, and refuses new ones: for the end of the program. */
export function endAllEngines(): void {
  ending = true;
  for (const engine of running) engine.kill();
}
