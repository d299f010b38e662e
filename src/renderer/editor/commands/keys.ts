/** Shortcuts: how the command table writes them, how they match events, how they are shown. */

/** Key combination such as `Mod+Shift+Z`; `Mod` is Cmd on a Mac and Ctrl elsewhere. */
export type Keys = string;

interface Parsed {
  readonly mod: boolean;
  readonly shift: boolean;
  readonly alt: boolean;
  readonly key: string;
}

/** Fields of a keyboard event that are used. */
export interface KeyLike {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

/** Physical position on a US keyboard of signs that other layouts hide behind AltGr. */
const PLACES: Readonly<Record<string, string>> = {
  '[': 'BracketLeft',
  ']': 'BracketRight',
  '\\': 'Backslash',
};

/** Signs that some layouts put on a shifted key. */
const SIGNS = new Set(['?', '+', '-', '=', '[', ']', '\\']);

function parse(keys: Keys): Parsed {
  const parts = keys === '+' ? ['+'] : keys.split('+');
  // 'Mod++' splits into an empty last part.
  const key = parts.at(-1) === '' ? '+' : parts.at(-1)!;
  return {
    mod: parts.includes('Mod'),
    shift: parts.includes('Shift'),
    alt: parts.includes('Alt'),
    key,
  };
}

/** Returns whether the event is this combination. */
export function matches(keys: Keys, event: KeyLike, mac: boolean): boolean {
  const wanted = parse(keys);
  const mod = mac ? event.metaKey : event.ctrlKey;
  const other = mac ? event.ctrlKey : event.metaKey;
  const byPlace = PLACES[wanted.key] === event.code && !event.altKey && !event.ctrlKey;
  if (byPlace && !wanted.mod && !other) return event.shiftKey === wanted.shift;
  if (SIGNS.has(wanted.key)) {
    // AltGr, which is Ctrl+Alt on Windows, produces the sign itself.
    const altGr = event.ctrlKey && event.altKey;
    return event.key === wanted.key && !other && (altGr || mod === wanted.mod);
  }
  if (mod !== wanted.mod || other || event.altKey !== wanted.alt) return false;
  if (event.shiftKey !== wanted.shift) return false;
  // Some layouts give digits only with Shift.
  if (/^\d$/.test(wanted.key) && event.code === `Digit${wanted.key}`) return true;
  return event.key.toLowerCase() === wanted.key.toLowerCase();
}

const NAMES_MAC: Readonly<Record<string, string>> = { Mod: '⌘', Shift: '⇧', Alt: '⌥' };

/** Formats a combination for the user's keyboard; `names` translates key names. */
export function display(
  keys: Keys,
  mac: boolean,
  names: Readonly<Record<string, string>> = {},
): string {
  const { mod, shift, alt, key } = parse(keys);
  const modifiers = [mod && 'Mod', shift && 'Shift', alt && 'Alt'].filter((x) => x !== false);
  const shown = [...modifiers, key.length === 1 ? key.toUpperCase() : key].map((part) => {
    if (mac && NAMES_MAC[part] !== undefined) return NAMES_MAC[part];
    return names[part] ?? (part === 'Mod' ? 'Ctrl' : part);
  });
  return shown.join(mac ? '' : '+');
}

/** Formats a combination for `aria-keyshortcuts`. */
export function ariaKeys(keys: Keys, mac: boolean): string {
  const { mod, shift, alt, key } = parse(keys);
  const modifiers = [mod && (mac ? 'Meta' : 'Control'), shift && 'Shift', alt && 'Alt'];
  return [...modifiers.filter((x) => x !== false), key].join('+');
}

/** Returns whether the element takes text input. */
export function takesText(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement) return true;
  if (target instanceof HTMLSelectElement) return true;
  const plain = ['button', 'checkbox', 'radio', 'range', 'file', 'submit', 'reset', 'color'];
  return target instanceof HTMLInputElement && !plain.includes(target.type);
}
