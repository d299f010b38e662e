/** `--bg` of the themes (theme/tokens.css), for a window whose page is not there yet. */
export const BACKGROUND = { dark: '#1c1c1c', light: '#d8d8d8' } as const;
