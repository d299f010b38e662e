/** Applies the chosen theme to the document and reads the canvas's colours from it. */
import type { Settings, Theme } from '../../shared/contracts/settings.js';

/** Theme colours that the canvas needs, as CSS colours. */
export interface Palette {
  readonly surround: string;
  readonly mask: string;
  readonly maskLine: string;
  readonly hint: string;
  readonly hintLine: string;
  readonly ink: string;
  readonly paper: string;
}

/** Returns the theme to show; `system` follows the system's contrast first, then its brightness. */
export function effectiveTheme(
  theme: Theme,
  system: { readonly light: boolean; readonly contrast: boolean },
): Exclude<Theme, 'system'> {
  if (theme !== 'system') return theme;
  if (system.contrast) return 'contrast';
  return system.light ? 'light' : 'dark';
}

/** Applies the theme and follows system changes; the returned function stops. */
export function applyTheme(
  { theme, surround, maskColour }: Pick<Settings, 'theme' | 'surround' | 'maskColour'>,
  changed: () => void,
): () => void {
  const light = matchMedia('(prefers-color-scheme: light)');
  const contrast = matchMedia('(prefers-contrast: more)');
  const apply = (): void => {
    const system = { light: light.matches, contrast: contrast.matches };
    document.documentElement.dataset.theme = effectiveTheme(theme, system);
    document.documentElement.dataset.surround = surround;
    document.documentElement.dataset.mask = maskColour;
    changed();
  };
  apply();
  light.addEventListener('change', apply);
  contrast.addEventListener('change', apply);
  return () => {
    light.removeEventListener('change', apply);
    contrast.removeEventListener('change', apply);
  };
}

/** Reads the canvas's colours from the current theme. */
export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string): string => style.getPropertyValue(name).trim();
  return {
    surround: token('--surround'),
    mask: token('--mask'),
    maskLine: token('--mask-line'),
    hint: token('--hint'),
    hintLine: token('--hint-line'),
    ink: token('--overlay-ink'),
    paper: token('--overlay-paper'),
  };
}
