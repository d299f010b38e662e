/**
 * Entry of the engine process. What must happen before anything heavy is imported happens here; so this
 * file imports statically only modules that need nothing but Node.
 */
import { giveWay } from './background.js';
import { endWithParent } from './parent.js';
import { silenceRuntime } from './quiet.js';

endWithParent();
silenceRuntime();
giveWay();
await import('./process.js');
