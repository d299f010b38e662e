/** Keys as the editor's table writes them (`Mod+Shift+Z`), as Electron's menus want them. */

const NAMES: Readonly<Record<string, string>> = {
  '+': 'Plus',
  ArrowLeft: 'Left',
  ArrowRight: 'Right',
  ArrowUp: 'Up',
  ArrowDown: 'Down',
  Enter: 'Return',
};

const KNOWN =
  /^([A-Z0-9!"#$%&'()*,\-./:;<=>?@[\\\]^_`{|}~]|F([1-9]|1\d|2[0-4])|Plus|Space|Tab|Backspace|Delete|Insert|Return|Up|Down|Left|Right|Home|End|PageUp|PageDown|Escape)$/;

/** null where a menu cannot show the keys: an unknown one would keep the whole menu from being made. */
export function acceleratorOf(keys: string, mac: boolean): string | null {
  const parts = keys === '+' ? ['+'] : keys.split('+');
  // 'Mod++' splits into an empty last part.
  const last = parts.at(-1) === '' ? '+' : (parts.at(-1) ?? '');
  const key = NAMES[last] ?? (last.length === 1 ? last.toUpperCase() : last);
  if (!KNOWN.test(key)) return null;
  const modifiers = ['Mod', 'Alt', 'Shift'].filter((name) => parts.includes(name));
  if (mac && !modifiers.includes('Mod')) return null;
  const named = modifiers.map((name) => (name === 'Mod' ? 'CommandOrControl' : name));
  return [...named, key].join('+');
}
