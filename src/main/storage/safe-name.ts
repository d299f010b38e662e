/** Makes names from outside (uploads, downloads) valid on every file system. */
import { fileNameProblems } from '../../shared/contracts/naming-template.js';

/** Control characters, lone surrogates, bidirectional controls and what Windows forbids. */
const UNFIT = /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069<>:"|?*]/gu;

const MAX_NAME_BYTES = 200;

/** Returns the last part of a path, made valid and never empty. */
export function safeName(name: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? '';
  const plain = last.replace(UNFIT, '_').replace(/^[. ]+/, '');
  const clipped = clip(plain).replace(/[. ]+$/, '');
  if (clipped === '') return 'photo';
  const isDevice = fileNameProblems(clipped).some(({ code }) => code === 'reserved');
  return isDevice ? `_${clipped}` : clipped;
}

/** Shortens the stem by whole characters; file systems count bytes. */
function clip(name: string): string {
  const dot = name.lastIndexOf('.');
  const extension = dot > 0 && name.length - dot <= 10 ? name.slice(dot) : '';
  // A character takes at least one byte.
  let stem = Array.from(name.slice(0, name.length - extension.length)).slice(0, MAX_NAME_BYTES);
  while (Buffer.byteLength(stem.join('') + extension) > MAX_NAME_BYTES) stem = stem.slice(0, -1);
  return stem.join('') + extension;
}
