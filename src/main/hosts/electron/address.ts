/** The editor's address in Electron: a scheme of our own, so that no page has a `file:` address. */

export const SCHEME = 'unsmear';
export const EDITOR_HOST = 'app';
export const EDITOR_URL = `${SCHEME}://${EDITOR_HOST}/`;

/** What the scheme may do; never past the page's policy. */
export const PRIVILEGES = {
  standard: true,
  secure: true,
  supportFetchAPI: true,
  stream: true,
} as const;

/** Whether an address is of the editor's origin. Node knows no origins of schemes that are not the web's. */
export function isOfEditor(address: string): boolean {
  const url = URL.canParse(address) ? new URL(address) : null;
  return url?.protocol === `${SCHEME}:` && url.host === EDITOR_HOST;
}

/** Whether the window may go to an address: to the editor again (a reload), and nowhere else. */
export function mayNavigate(address: string): boolean {
  if (!isOfEditor(address)) return false;
  const { pathname } = new URL(address);
  return pathname === '/' || pathname === '';
}

/** Who sent a message: the main frame of our window while it shows the editor, or nobody we listen to. */
export function isEditor(
  frame: { readonly url: string; readonly isMain: boolean } | null,
  isOurWindow: boolean,
): boolean {
  return isOurWindow && frame !== null && frame.isMain && isOfEditor(frame.url);
}

/** What the page may do beyond what every page may: put a picture on the clipboard. */
export function isPermitted(permission: string, address: string): boolean {
  return permission === 'clipboard-sanitized-write' && isOfEditor(address);
}
