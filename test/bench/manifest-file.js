/** Changes a plug-in's manifest as the exporter writes it: lists of numbers on one line. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const NUMBERS = /\[\s+(-?\d[^[\]{}"]*?)\s+\]/g;

/** Writes `change(manifest)` to the plug-in's `plugin.json`. */
export function changeManifest(folder, change) {
  const path = join(folder, 'plugin.json');
  const text = JSON.stringify(change(JSON.parse(readFileSync(path, 'utf8'))), null, 2);
  const lines = text.replace(NUMBERS, (_, numbers) => `[${numbers.replace(/\s+/g, ' ')}]`);
  writeFileSync(path, `${lines}\n`);
}
