/** Formats numbers with units in a language. */

/** Formats decimal units as file managers do: `12 MB`, `1.4 GB`. */
export function bytes(value: number, locale: string): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, value)) / 3));
  const shown = value / 1000 ** step;
  const digits = step > 0 && shown < 10 ? 1 : 0;
  // Bytes have no symbol: "32 bytes".
  const unitDisplay = step === 0 ? 'long' : 'short';
  const options = { style: 'unit', unit: units[step]!, unitDisplay } as const;
  return number(shown, locale, digits, options);
}

/** Formats `24.2 MP`. */
export function megapixels(width: number, height: number, locale: string): string {
  const value = (width * height) / 1e6;
  return `${number(value, locale, value < 100 ? 1 : 0)}\u00a0MP`;
}

/** Formats `34 %`; a positive share that rounds to zero becomes `< 1 %`. */
export function percent(share: number, locale: string): string {
  if (share > 0 && share < 0.005) return `<\u00a0${percent(0.01, locale)}`;
  return number(share, locale, 0, { style: 'percent' });
}

/** Formats a zoom factor, with a digit where it is not a whole number: `66.7 %`. */
export function zoom(scale: number, locale: string): string {
  return number(scale, locale, scale < 0.1 ? 1 : 0, { style: 'percent' });
}

/**
 * Formats `8 s`, `2 min 5 s`, `1 h 3 min`. Estimates above ten seconds are rounded to five seconds.
 */
export function duration(seconds: number, locale: string, estimate = false): string {
  const whole = Math.max(estimate ? 1 : 0, Math.round(seconds));
  const rounded = estimate && whole > 10 ? Math.round(whole / 5) * 5 : whole;
  // SI symbols are the same in every language; the short units of Intl are long in some.
  const unit = (value: number, symbol: string): string =>
    `${number(value, locale, 0)}\u00a0${symbol}`;
  const [hours, minutes] = [Math.floor(rounded / 3600), Math.floor(rounded / 60) % 60];
  if (hours > 0) return `${unit(hours, 'h')} ${unit(minutes, 'min')}`;
  if (minutes > 0) return `${unit(minutes, 'min')} ${unit(rounded % 60, 's')}`;
  return unit(rounded, 's');
}

/** Formats a measured time, with one digit below ten seconds: `1.4 s`. */
export function elapsed(ms: number, locale: string): string {
  if (ms >= 9950) return duration(ms / 1000, locale);
  return `${number(ms / 1000, locale, 1)}\u00a0s`;
}

/** Formats a point in time: the time of day, with the date unless it is the day of `now`. */
export function moment(time: number, locale: string, now: number): string {
  const sameDay = new Date(time).toDateString() === new Date(now).toDateString();
  const options: Intl.DateTimeFormatOptions = { timeStyle: 'short' };
  if (!sameDay) options.dateStyle = 'short';
  return new Intl.DateTimeFormat(locale, options).format(time);
}

function number(
  value: number,
  locale: string,
  digits: number,
  options: Intl.NumberFormatOptions = {},
): string {
  const format = new Intl.NumberFormat(locale, { maximumFractionDigits: digits, ...options });
  return format.format(value);
}
