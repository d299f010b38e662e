/** Changes manifests in the format of the exporter, which writes lists of numbers on one line. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** @typedef {Record<string, unknown>} Manifest */

const NUMBERS = /\[\s+(-?\d[^[\]{}"]*?)\s+\]/g;

/**
 * Replaces the manifest of a plug-in by `change(manifest)`.
 * @param {string} folder Folder with `plugin.json`.
 * @param {(manifest: Manifest) => Manifest} change
 */
export function changeManifest(folder, change) {
  const path = join(folder, 'plugin.json');
  const text = JSON.stringify(change(JSON.parse(readFileSync(path, 'utf8'))), null, 2);
  /** @type {(list: string, numbers: string) => string} */
  const onOneLine = (_, numbers) => `[${numbers.replace(/\s+/g, ' ')}]`;
  writeFileSync(path, `${text.replace(NUMBERS, onOneLine)}\n`);
}
