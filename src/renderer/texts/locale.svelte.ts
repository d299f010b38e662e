/**
 * Language of the texts: the user's choice or the system's. Texts that read it are updated when it
 * changes.
 */
import { baseLocale, isLocale, locales, overwriteGetLocale, type Locale } from '#texts/runtime.js';
import type { Language } from '../../shared/contracts/settings.js';

let current = $state<Locale>(baseLocale);

overwriteGetLocale(() => current);

/** Returns the first preferred language that has texts. */
function chooseLocale(language: Language, wanted: readonly string[]): Locale {
  if (language !== 'system') return language;
  const bases = wanted.map((tag) => tag.toLowerCase().split('-')[0]);
  return bases.find((base): base is Locale => isLocale(base)) ?? baseLocale;
}

export function setLanguage(language: Language): void {
  current = chooseLocale(language, navigator.languages);
  document.documentElement.lang = current;
}

/** Returns the language for numbers and dates. */
export function locale(): Locale {
  return current;
}

export { locales };
