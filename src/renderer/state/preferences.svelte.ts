/** What the user prefers, kept by the host. What it sends back is checked: it was a file on a disk. */
import type { Api } from '../api.js';
import { COMPARE_MODES, type CompareMode } from '../canvas/compare.js';

export const THEMES = ['system', 'dark', 'light', 'contrast'] as const;
export type Theme = (typeof THEMES)[number];
export const LANGUAGES = ['system', 'en', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];
/** What is around the photo. */
export const SURROUNDS = ['theme', 'black', 'dark', 'grey', 'light', 'white'] as const;
export type Surround = (typeof SURROUNDS)[number];
/** The mask's hue over the photo. */
export const MASK_COLOURS = ['orange', 'magenta', 'green', 'white'] as const;
export type MaskColour = (typeof MASK_COLOURS)[number];

export interface PreferenceValues {
  readonly theme: Theme;
  readonly language: Language;
  readonly surround: Surround;
  readonly compare: CompareMode;
  readonly pixelGrid: boolean;
  readonly maskColour: MaskColour;
  /** 0..1 */
  readonly maskOpacity: number;
  /** The sample was shown once: from then on the editor starts empty. */
  readonly welcomed: boolean;
}

export const DEFAULTS: PreferenceValues = {
  theme: 'dark',
  language: 'system',
  surround: 'theme',
  compare: 'split',
  pixelGrid: true,
  maskColour: 'orange',
  maskOpacity: 0.5,
  welcomed: false,
};

/** Valid values of what was stored, defaults for the rest. */
export function readPreferences(stored: Readonly<Record<string, unknown>>): PreferenceValues {
  const among = <T extends string>(value: unknown, values: readonly T[], fallback: T): T =>
    values.find((known) => known === value) ?? fallback;
  const flag = (value: unknown, fallback: boolean): boolean =>
    typeof value === 'boolean' ? value : fallback;
  const share = (value: unknown, fallback: number): number =>
    typeof value === 'number' && value >= 0 && value <= 1 ? value : fallback;
  return {
    theme: among(stored.theme, THEMES, DEFAULTS.theme),
    language: among(stored.language, LANGUAGES, DEFAULTS.language),
    surround: among(stored.surround, SURROUNDS, DEFAULTS.surround),
    compare: among(stored.compare, COMPARE_MODES, DEFAULTS.compare),
    pixelGrid: flag(stored.pixelGrid, DEFAULTS.pixelGrid),
    maskColour: among(stored.maskColour, MASK_COLOURS, DEFAULTS.maskColour),
    maskOpacity: share(stored.maskOpacity, DEFAULTS.maskOpacity),
    welcomed: flag(stored.welcomed, DEFAULTS.welcomed),
  };
}

export class Preferences {
  values = $state.raw<PreferenceValues>(DEFAULTS);
  readonly #api: Api;
  /** What the host keeps that this editor does not know. */
  #others: Readonly<Record<string, unknown>> = {};
  #writing: Promise<unknown> = Promise.resolve();

  constructor(api: Api) {
    this.#api = api;
  }

  async load(signal: AbortSignal): Promise<void> {
    this.#others = await this.#api.call(signal, 'readSettings', {});
    this.values = readPreferences(this.#others);
  }

  /** Another window changed them. */
  hear(settings: Readonly<Record<string, unknown>>): void {
    this.#others = { ...this.#others, ...settings };
    this.values = readPreferences({ ...this.values, ...settings });
  }

  /** Takes effect at once and is kept; writes happen one after the other, so that the newest is the last. */
  set(changes: Partial<PreferenceValues>): Promise<unknown> {
    this.values = { ...this.values, ...changes };
    const settings = { ...this.#others, ...this.values };
    const write = (): Promise<unknown> =>
      this.#api.call(new AbortController().signal, 'writeSettings', { settings });
    this.#writing = this.#writing.then(write, write);
    return this.#writing;
  }
}
