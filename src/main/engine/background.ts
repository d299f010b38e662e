/** Lowers the priority of engines that work for batches, below that of what people wait for. */
import { constants, setPriority } from 'node:os';

/** Argument of the engine's command line. */
export const BACKGROUND = '--background';

/** Call before any thread starts: threads inherit the priority. */
export function giveWay(): void {
  if (!process.argv.includes(BACKGROUND)) return;
  try {
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Not allowed in some containers: the engine then runs at normal priority.
  }
}
