/** Shortcuts on various keyboard layouts; numbers with units. */
import { describe, expect, it } from 'vitest';
import {
  ariaKeys,
  display,
  matches,
  type KeyLike,
} from '../../src/renderer/editor/commands/keys.js';
import * as format from '../../src/renderer/texts/format.js';

const press = (key: string, changes: Partial<KeyLike> = {}): KeyLike => ({
  ...{ key, code: '', ctrlKey: false, metaKey: false, shiftKey: false, altKey: false },
  ...changes,
});

describe('a shortcut', () => {
  it.each<[string, KeyLike, boolean]>([
    ['R', press('r'), true],
    ['R', press('R', { shiftKey: true }), false],
    ['R', press('r', { ctrlKey: true }), false],
    ['Mod+Z', press('z', { ctrlKey: true }), true],
    ['Mod+Z', press('Z', { ctrlKey: true, shiftKey: true }), false],
    ['Mod+Shift+Z', press('Z', { ctrlKey: true, shiftKey: true }), true],
    ['Mod+Z', press('z', { metaKey: true }), false],
    // On a German keyboard ? needs Shift and + does not.
    ['?', press('?', { shiftKey: true }), true],
    ['+', press('+'), true],
    ['Mod++', press('+', { ctrlKey: true }), true],
    // AltGr+ß on Windows.
    ['\\', press('\\', { ctrlKey: true, altKey: true, code: 'Minus' }), true],
    // The key at the position of \ on a US keyboard.
    ['\\', press('#', { code: 'Backslash' }), true],
    ['[', press('ü', { code: 'BracketLeft' }), true],
    ['[', press('ü', { code: 'BracketRight' }), false],
    // A French keyboard's digit row.
    ['1', press('&', { code: 'Digit1' }), true],
    ['0', press('0', { code: 'Numpad0' }), true],
    ['Escape', press('Escape'), true],
  ])('%s and %j: %s', (keys, event, expected) => {
    expect(matches(keys, event, false)).toBe(expected);
  });

  it('uses Cmd on a Mac and ignores Ctrl', () => {
    expect(matches('Mod+O', press('o', { metaKey: true }), true)).toBe(true);
    expect(matches('Mod+O', press('o', { ctrlKey: true }), true)).toBe(false);
  });

  it("is displayed with the keyboard's own labels", () => {
    expect(display('Mod+Shift+Z', true)).toBe('⌘⇧Z');
    expect(display('Mod++', false)).toBe('Ctrl++');
    expect(display('Mod+Shift+Z', false, { Mod: 'Strg', Shift: 'Umschalt' })).toBe(
      'Strg+Umschalt+Z',
    );
    expect(ariaKeys('Mod+Shift+Z', false)).toBe('Control+Shift+Z');
  });
});

describe('formatted numbers', () => {
  const plain = (text: string): string => text.replace(/[\u00a0\u202f]/g, ' ');

  it('carry units', () => {
    expect(plain(format.bytes(1_420_000_000, 'en'))).toBe('1.4 GB');
    expect(plain(format.bytes(12_345_678, 'de'))).toBe('12 MB');
    expect(plain(format.megapixels(6000, 4000, 'en'))).toBe('24 MP');
    expect(plain(format.percent(0.002, 'en'))).toBe('< 1%');
    expect(plain(format.percent(0, 'en'))).toBe('0%');
  });

  it.each([
    [0.2, true, '1 s'],
    [8.4, true, '8 s'],
    [47, true, '45 s'],
    [59, true, '1 min 0 s'],
    [125, false, '2 min 5 s'],
    [3780, false, '1 h 3 min'],
  ])('%f s (estimate %s) is %s', (seconds, estimate, text) => {
    expect(plain(format.duration(seconds, 'de', estimate))).toBe(text);
  });
});
