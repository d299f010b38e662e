/** The editor's address in Electron: an own scheme, so that no page has a `file:` address. */

export const SCHEME = 'unsmear';
const EDITOR_HOST = 'app';
export const EDITOR_URL = `${SCHEME}://${EDITOR_HOST}/`;

/** Privileges of the scheme; the page's content security policy still limits them. */
export const PRIVILEGES = {
  standard: true,
  secure: true,
  supportFetchAPI: true,
  stream: true,
} as const;

/** Returns whether an address belongs to the editor. `URL.origin` is "null" for custom schemes. */
export function isOfEditor(address: string): boolean {
  const url = URL.canParse(address) ? new URL(address) : null;
  return url?.protocol === `${SCHEME}:` && url.host === EDITOR_HOST;
}

/** Returns whether the window may navigate to an address: only to the editor (a reload). */
export function mayNavigate(address: string): boolean {
  if (!isOfEditor(address)) return false;
  const { pathname } = new URL(address);
  return pathname === '/' || pathname === '';
}

/** Returns whether a message comes from the window's main frame while it shows the editor. */
export function isEditor(
  frame: { readonly url: string; readonly isMain: boolean } | null,
  isOurWindow: boolean,
): boolean {
  return isOurWindow && frame !== null && frame.isMain && isOfEditor(frame.url);
}

/** Returns whether the page gets a permission: only writing to the clipboard. */
export function isPermitted(permission: string, address: string): boolean {
  return permission === 'clipboard-sanitized-write' && isOfEditor(address);
}
