import { describe, expect, it } from 'vitest';
import {
  storedWarning,
  toErrorData,
  UnsmearError,
  type ErrorData,
} from '../../src/shared/core/errors.js';
import de from '../../src/shared/texts/de.json' with { type: 'json' };
import en from '../../src/shared/texts/en.json' with { type: 'json' };
import {
  explain,
  explainWarning,
  inEnglish,
  warningInEnglish,
} from '../../src/shared/texts/explain.js';

/** Keys of the sentences, without those of the hints. */
const keys = Object.keys(en).filter((key) => !/\.(hint|cli)$/.test(key));
const english = new Map(Object.entries(en));
const german = new Map(Object.entries(de));

/** Returns an error whose every parameter is its name in brackets. */
function sample(key: string): ErrorData {
  const [code = '', reason] = key.split('.');
  const texts = [key, `${key}.hint`, `${key}.cli`].map((name) => english.get(name) ?? '');
  const names = texts.flatMap((text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!));
  const params = Object.fromEntries(names.map((name) => [name, `[${name}]`]));
  return { code, params: reason === undefined ? params : { ...params, reason } } as ErrorData;
}

/** What the editor shows; the editor never reads the hints of the command line. */
const shownInEditor = (texts: Map<string, string>) =>
  [...texts].filter(([key]) => !key.endsWith('.cli'));

describe('the sentences about errors', () => {
  it.each(keys)('say %s in both languages and for both edges', (key) => {
    for (const locale of ['en', 'de'] as const) {
      for (const edge of ['cli', 'editor'] as const) {
        const { message, hint } = explain(sample(key), edge, locale);
        expect(message).not.toMatch(/undefined|\{|^internal/);
        expect(message).toMatch(/(\.|\[problem\])$/);
        if (hint !== undefined) expect(hint).toMatch(/\.$/);
      }
    }
  });

  it('say in German what they say in English, with the same parameters and hints', () => {
    const names = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();
    for (const [key, text] of shownInEditor(english)) {
      expect([key, names(german.get(key) ?? '')]).toEqual([key, names(text)]);
    }
    expect([...german.keys()].filter((key) => !english.has(key))).toEqual([]);
  });

  it('are translated, one by one', () => {
    const same = [...german].filter(([key, text]) => english.get(key) === text && key !== 'stored');
    expect(same).toEqual([]);
  });

  it('name no flag in the editor', () => {
    const flags = [...shownInEditor(english), ...german].filter(([, text]) =>
      /(^|\s)--?[a-z]/.test(text),
    );
    expect(flags).toEqual([]);
  });

  it('name neither buttons nor windows on the command line', () => {
    const shown = keys.map((key) => explain(sample(key), 'cli', 'en'));
    for (const { message, hint = '' } of shown) {
      expect(`${message} ${hint}`).not.toMatch(/\b(button|click|menu|Settings)\b/);
    }
  });

  it('have an explanation for every hint of the command line', () => {
    const orphans = [...english.keys()].filter(
      (key) => /\.(hint|cli)$/.test(key) && !english.has(key.replace(/\.(hint|cli)$/, '')),
    );
    expect(orphans).toEqual([]);
  });
});

describe('a warning', () => {
  it('is a sentence in both languages, with what caused it', () => {
    const params = { reason: 'not-included', system: 'linux x64' } as const;
    const problem = { code: 'device-unusable', params } as const;
    const warning = { code: 'device-replaced', params: { device: 'cuda', problem } } as const;
    expect(warningInEnglish(warning)).toBe(
      'cuda could not be used, so the CPU was used instead. ' +
        'This version of Unsmear for linux x64 cannot use it.',
    );
    expect(explainWarning(warning, 'editor', 'de')).toMatch(
      /^cuda ließ sich nicht nutzen.*nutzen\.$/,
    );
  });

  it('that an earlier version stored is shown as it is', () => {
    expect(warningInEnglish(storedWarning('The photo is pale.'))).toBe('The photo is pale.');
  });
});

describe('an explanation', () => {
  const gone = new UnsmearError('output-unwritable', {
    reason: 'folder-missing',
    folder: '/home/me/trip',
  }).toData();

  it('names flags on the command line and nothing but the folder in the editor', () => {
    expect(explain(gone, 'cli', 'en')).toEqual({
      message: 'The folder /home/me/trip does not exist.',
      hint: 'Create it, or choose another one with -o or --out-dir.',
    });
    expect(explain(gone, 'editor', 'de')).toEqual({
      message: 'Den Ordner trip gibt es nicht.',
      hint: 'Wählen Sie einen anderen Ordner, oder legen Sie diesen an.',
    });
  });

  it('of an error inside another one is a sentence of the same language', () => {
    const unsaved = new UnsmearError('edit-unsaved', { reason: 'apart', problem: gone }).toData();
    expect(explain(unsaved, 'editor', 'de').message).toBe(
      'Die Bearbeitung konnte nicht aufbewahrt werden. Den Ordner trip gibt es nicht.',
    );
  });

  it('writes numbers as the language does', () => {
    const large = { name: 'a.png', width: 12_000, height: 3, megapixels: 0.5 };
    const error = new UnsmearError('image-too-large', { reason: 'pixels', ...large }).toData();
    expect(explain(error, 'editor', 'de')).toMatchObject({
      message: 'a.png ist zu groß: 12000 × 3 Pixel.',
      hint: expect.stringContaining('0,5 Megapixeln') as string,
    });
  });

  it('of an error that another version stored says that it is not known', () => {
    const stored = { code: 'from-the-future', params: { reason: 'x' } } as unknown as ErrorData;
    expect(explain(stored, 'cli', 'en').message).toBe(
      'Something went wrong inside Unsmear: from-the-future.x.',
    );
  });

  it('for scripts has the code, the sentences and the cause', () => {
    const error = toErrorData(new TypeError('x is not a function.'));
    expect(inEnglish(error)).toEqual({
      code: 'internal',
      message: 'Something went wrong inside Unsmear: x is not a function.',
      hint: expect.stringContaining('Try again') as string,
      cause: 'x is not a function.',
    });
  });
});
