/** The language of the texts: what is set, else the system's. Reading it makes a text follow a change. */
import { baseLocale, isLocale, locales, overwriteGetLocale, type Locale } from '#texts/runtime.js';
import type { Language } from '../../shared/contracts/settings.js';

let current = $state<Locale>(baseLocale);

overwriteGetLocale(() => current);

/** The first of the wanted languages that there are texts for. */
function chooseLocale(language: Language, wanted: readonly string[]): Locale {
  if (language !== 'system') return language;
  const bases = wanted.map((tag) => tag.toLowerCase().split('-')[0]);
  return bases.find((base): base is Locale => isLocale(base)) ?? baseLocale;
}

export function setLanguage(language: Language): void {
  current = chooseLocale(language, navigator.languages);
  document.documentElement.lang = current;
}

/** For numbers and dates. */
export function locale(): Locale {
  return current;
}

export { locales };
