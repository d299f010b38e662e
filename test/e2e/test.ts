/** Extends Playwright's `test`: each test gets a host and an editor of its own. */
import { test as base } from '@playwright/test';
import type { TinyKind } from '../engine/tiny-plugin.js';
import { Editor } from './editor.js';
import { watch } from './guard.js';
import { startHost, type Host } from './host.js';
import { Wire } from './wire.js';

export { expect } from '@playwright/test';

interface Fixtures {
  /** Settings of earlier sessions. */
  settings: Readonly<Record<string, unknown>>;
  /** Ids of built-in plug-ins that the user has installed again. */
  installed: readonly string[];
  /** Plug-ins of the tests to install; the first one is chosen. Empty = the default model. */
  tiny: readonly TinyKind[];
  host: Host;
  editor: Editor;
}

export const test = base.extend<Fixtures>({
  settings: [{ welcomed: true, theme: 'dark' }, { option: true }],
  installed: [[], { option: true }],
  tiny: [[], { option: true }],
  host: async ({ settings, installed, tiny }, use) => {
    // The tiny models would skip most tiles, so skipping is turned off.
    const chosen = tiny.length === 0 ? {} : { plugin: `tiny-${tiny[0]}`, skip: false };
    const host = await startHost({ ...settings, ...chosen }, { installed, tiny });
    await use(host);
    const stderr = host.stderr();
    await host.stop();
    test.expect(stderr, 'errors of the host').toBe('');
  },
  editor: async ({ page, host }, use) => {
    const wrong = watch(page, host.origin);
    const editor = new Editor(page, new Wire(page));
    await editor.load(host.address);
    await use(editor);
    test.expect(wrong, 'console, policy and requests').toEqual([]);
  },
});
