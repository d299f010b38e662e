/** Where the journal of all batches lies. */
import { join } from 'node:path';
import { dataFolder } from '../storage/places.js';

export function journalPath(): string {
  return join(dataFolder(), 'batches.db');
}
