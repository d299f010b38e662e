import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { BACKGROUND } from '../../../src/main/hosts/electron/background.js';

it.each(['dark', 'light'] as const)('a window without its page is as %s as the page', (theme) => {
  const tokens = new URL('../../../src/renderer/theme/tokens.css', import.meta.url);
  const rules = readFileSync(tokens, 'utf8').split(`:root[data-theme='${theme}'] {`)[1];
  expect(/--bg: ([^;]+);/.exec(rules ?? '')?.[1]).toBe(BACKGROUND[theme]);
});
