/** Converts keys from the editor's notation (`Mod+Shift+Z`) to Electron's accelerators. */

const NAMES: Readonly<Record<string, string>> = {
  '+': 'Plus',
  ArrowLeft: 'Left',
  ArrowRight: 'Right',
  ArrowUp: 'Up',
  ArrowDown: 'Down',
  Enter: 'Return',
};

const NAMED_KEYS =
  'Plus|Space|Tab|Backspace|Delete|Insert|Return|Up|Down|Left|Right|Home|End|PageUp|PageDown|Escape';
const CHARACTER = /^[A-Z0-9!"#$%&'()*,\-./:;<=>?@[\\\]^_`{|}~]$/;
const FUNCTION_KEY = /^F([1-9]|1\d|2[0-4])$/;

function isKnown(key: string): boolean {
  return CHARACTER.test(key) || FUNCTION_KEY.test(key) || NAMED_KEYS.split('|').includes(key);
}

/** Returns `null` for keys that Electron does not know: one of them would fail the whole menu. */
export function acceleratorOf(keys: string, mac: boolean): string | null {
  // The key may be the plus sign itself: 'Mod++' or '+'.
  const [, before = '', last = ''] = /^(.*\+)?(.+)$/.exec(keys) ?? [];
  const parts = before.split('+');
  const key = NAMES[last] ?? (last.length === 1 ? last.toUpperCase() : last);
  if (!isKnown(key)) return null;
  const modifiers = ['Mod', 'Alt', 'Shift'].filter((name) => parts.includes(name));
  if (mac && !modifiers.includes('Mod')) return null;
  const named = modifiers.map((name) => (name === 'Mod' ? 'CommandOrControl' : name));
  return [...named, key].join('+');
}
