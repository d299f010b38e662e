/** Emits the program's memory use to editors when it changes. */
import type { EngineSupervisor } from '../engine/supervisor/engine-supervisor.js';
import { ownMemory } from '../engine/process-memory.js';
import type { EventHub } from './service.js';

const EVERY_MS = 3000;
/** Smallest relative change that is emitted. */
const CHANGE = 0.05;

/** Measures every few seconds while an editor is connected. Returns a function that stops it. */
export function watchMemory(
  hub: EventHub,
  engine: Pick<EngineSupervisor, 'memory'>,
  everyMs = EVERY_MS,
): () => void {
  let emitted = 0;
  let joined = 0;
  let measuring = false;
  const measure = async (): Promise<void> => {
    // A new editor needs the value even if it has not changed.
    if (hub.joined !== joined) emitted = 0;
    joined = hub.joined;
    const bytes = (await ownMemory()) + (await engine.memory()).bytes;
    if (Math.abs(bytes - emitted) <= CHANGE * emitted) return;
    emitted = bytes;
    hub.emit({ type: 'memory', bytes });
  };
  const timer = setInterval(() => {
    if (measuring || !hub.isHeard) return;
    measuring = true;
    void measure()
      .catch(() => undefined)
      .finally(() => (measuring = false));
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
