/** Names that come from elsewhere, made fit for a file system. */

/** The last part of a name that came from elsewhere, fit for every file system; never empty. */
export function safeName(name: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? '';
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  const plain = last.replace(/[\u0000-\u001f\u007f<>:"|?*]/g, '_').replace(/[. ]+$/, '');
  const visible = plain.replace(/^\.+/, '');
  return clip(visible === '' ? 'photo' : visible);
}

const MAX_NAME_BYTES = 200;

/** Shortens before the extension, by characters: file systems count bytes. */
function clip(name: string): string {
  const dot = name.lastIndexOf('.');
  const extension = dot > 0 && name.length - dot <= 10 ? name.slice(dot) : '';
  let stem = Array.from(name.slice(0, name.length - extension.length));
  while (Buffer.byteLength(stem.join('') + extension) > MAX_NAME_BYTES) stem = stem.slice(0, -1);
  return stem.join('') + extension;
}
