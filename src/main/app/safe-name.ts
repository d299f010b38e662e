/** Makes names that come from elsewhere fit for a file system. */

/** Returns the last part of a path-like name, fit for every file system; never empty. */
export function safeName(name: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? '';
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  const plain = last.replace(/[\u0000-\u001f\u007f<>:"|?*]/g, '_');
  let end = plain.length;
  // By hand: /[. ]+$/ takes quadratic time for many dots that are not at the end.
  while (end > 0 && (plain[end - 1] === '.' || plain[end - 1] === ' ')) end--;
  const visible = plain.slice(0, end).replace(/^\.+/, '');
  return clip(visible === '' ? 'photo' : visible);
}

const MAX_NAME_BYTES = 200;

/** Shortens before the extension, by whole characters, to the bytes that file systems allow. */
function clip(name: string): string {
  const dot = name.lastIndexOf('.');
  const extension = dot > 0 && name.length - dot <= 10 ? name.slice(dot) : '';
  // A character has at least one byte.
  let stem = Array.from(name.slice(0, name.length - extension.length)).slice(0, MAX_NAME_BYTES);
  while (Buffer.byteLength(stem.join('') + extension) > MAX_NAME_BYTES) stem = stem.slice(0, -1);
  return stem.join('') + extension;
}
