/** An engine that works behind people's backs gives way to everything else. Imported first: threads inherit it when they begin. */
import { constants, setPriority } from 'node:os';
import { BACKGROUND } from './spawn.js';

if (process.argv.includes(BACKGROUND)) {
  try {
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Where that is not allowed it works as any other.
  }
}
