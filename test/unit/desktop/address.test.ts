import { describe, expect, it } from 'vitest';
import {
  EDITOR_URL,
  isEditor,
  isOfEditor,
  isPermitted,
  mayNavigate,
  PRIVILEGES,
} from '../../../src/main/hosts/electron/address.js';

const OTHERS = [
  'https://app/',
  'unsmear://image/',
  'unsmear://app.evil/',
  'unsmear://evil@app.org/',
  'unsmear-x://app/',
  'file:///unsmear://app/',
  'about:blank',
  'data:text/html,unsmear://app/',
  'unsmear:app',
  'unsmear:/app/',
  '',
];

describe("the editor's origin", () => {
  it('accepts the addresses of the editor', () => {
    expect(isOfEditor(EDITOR_URL)).toBe(true);
    expect(isOfEditor('unsmear://app/image/original/p-00000000/0/0/0')).toBe(true);
  });

  it.each(OTHERS)('does not accept %j', (address) => {
    expect(isOfEditor(address)).toBe(false);
    expect(mayNavigate(address)).toBe(false);
    expect(isPermitted('clipboard-sanitized-write', address)).toBe(false);
    expect(isEditor({ url: address, isMain: true }, true)).toBe(false);
  });

  it('is the only place that the window may navigate to', () => {
    expect(mayNavigate(EDITOR_URL)).toBe(true);
    expect(mayNavigate(`${EDITOR_URL}#x`)).toBe(true);
    expect(mayNavigate('unsmear://app/image/original/p-00000000/0/0/0')).toBe(false);
  });

  it('receives messages from the main frame of its own window only', () => {
    const url = EDITOR_URL;
    expect(isEditor({ url, isMain: true }, true)).toBe(true);
    expect(isEditor({ url, isMain: false }, true)).toBe(false);
    expect(isEditor({ url, isMain: true }, false)).toBe(false);
    expect(isEditor(null, true)).toBe(false);
  });

  it('gets the permission to write to the clipboard and no other', () => {
    expect(isPermitted('clipboard-sanitized-write', EDITOR_URL)).toBe(true);
    for (const permission of ['clipboard-read', 'media', 'geolocation', 'openExternal', 'unknown'])
      expect(isPermitted(permission, EDITOR_URL)).toBe(false);
  });

  it('cannot bypass the content security policy', () => {
    expect(Object.keys(PRIVILEGES).sort()).toEqual([
      'secure',
      'standard',
      'stream',
      'supportFetchAPI',
    ]);
  });
});
