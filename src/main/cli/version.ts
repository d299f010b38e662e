/** Reads the program's version from its package. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { programFolder } from '../storage/places.js';

export function programVersion(): string {
  const text = readFileSync(join(programFolder(), 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
