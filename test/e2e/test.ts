/** `test` with a host and an editor of its own. */
import { test as base } from '@playwright/test';
import { Editor } from './editor.js';
import { watch } from './guard.js';
import { startHost, type Host } from './host.js';
import { Wire } from './wire.js';

export { expect } from '@playwright/test';

interface Fixtures {
  /** What the user had set before the start. */
  settings: Readonly<Record<string, unknown>>;
  /** Built-in plug-ins that the user has installed once more. */
  installed: readonly string[];
  host: Host;
  editor: Editor;
}

export const test = base.extend<Fixtures>({
  settings: [{ welcomed: true, theme: 'dark' }, { option: true }],
  installed: [[], { option: true }],
  host: async ({ settings, installed }, use) => {
    const host = await startHost(settings, installed);
    await use(host);
    const complaints = host.complaints();
    await host.stop();
    test.expect(complaints, 'faults of the host').toBe('');
  },
  editor: async ({ page, host }, use) => {
    const wrong = watch(page, host.origin);
    const editor = new Editor(page, new Wire(page));
    await editor.load(host.address);
    await use(editor);
    test.expect(wrong, 'console, policy and requests').toEqual([]);
  },
});
