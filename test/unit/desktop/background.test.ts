import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { BACKGROUND } from '../../../src/main/hosts/electron/background.js';

it.each(['dark', 'light'] as const)(
  'the background of the window is as %s as the page before that loads',
  (theme) => {
    const tokens = new URL('../../../src/renderer/theme/tokens.css', import.meta.url);
    const rules = readFileSync(tokens, 'utf8').split(`:root[data-theme='${theme}'] {`)[1];
    expect(/--bg: ([^;]+);/.exec(rules ?? '')?.[1]).toBe(BACKGROUND[theme]);
  },
);
