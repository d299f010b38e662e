/** `--bg` of the themes (theme/tokens.css), shown until the page has loaded. */
export const BACKGROUND = { dark: '#1c1c1c', light: '#d8d8d8' } as const;
