/** Entry of the engine process: prepares it, then imports the rest. */
import { disableTelemetry, endWithParent, lowerPriority } from './process-start.js';

endWithParent();
disableTelemetry();
lowerPriority();
await import('./process.js');
