/** Templates for the names of exports. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fileNameProblems, utf8Length } from '../../src/shared/contracts/file-name.js';
import {
  DEFAULT_TEMPLATE,
  nameFromTemplate,
  PLACEHOLDERS,
  tellsPhotosApart,
  templateProblems,
  type NamingContext,
} from '../../src/shared/contracts/naming-template.js';

const context: NamingContext = {
  name: 'IMG.0042.JPG',
  model: 'saphn-nu',
  date: new Date(2026, 0, 9, 7, 5, 3),
  width: 6000,
  height: 4000,
  strength: 0.8,
  counter: 7,
  format: 'jpeg',
  extension: '.jpg',
};
const name = (template: string, change: Partial<NamingContext> = {}): string | null =>
  nameFromTemplate(template, { ...context, ...change }).name;
const codes = (template: string, change: Partial<NamingContext> = {}): string[] =>
  nameFromTemplate(template, { ...context, ...change }).problems.map(({ code }) => code);

describe('a template', () => {
  it.each([
    [DEFAULT_TEMPLATE, 'IMG.0042.deblurred.jpg'],
    ['{name}', 'IMG.0042.JPG.jpg'],
    ['{model} {date} {time}', 'saphn-nu 2026-01-09 07-05-03.jpg'],
    ['{width}x{height} {strength}%', '6000x4000 80%.jpg'],
    ['{counter}-{counter:3}-{format}', '7-007-jpeg.jpg'],
    ['{{{stem}}}', '{IMG.0042}.jpg'],
    ['Ferien – {stem}', 'Ferien – IMG.0042.jpg'],
  ])('%s gives %s', (template, expected) => {
    expect(nameFromTemplate(template, context)).toEqual({ name: expected, problems: [] });
  });

  it('accepts any file name', () => {
    expect(name('{stem}', { name: 'no-extension' })).toBe('no-extension.jpg');
    // As on the command line: only extensions of pictures are split off.
    expect(name('{stem}', { name: 'IMG.1234' })).toBe('IMG.1234.jpg');
    expect(name('{stem}_', { name: '.hidden' })).toBeNull();
    expect(name('a{stem}', { name: '.hidden' })).toBe('a.hidden.jpg');
    expect(name('{counter:2}', { counter: 12345 })).toBe('12345.jpg');
    // Allowed on macOS or Linux only.
    expect(name('{stem} {model}', { name: 'a:b?.tif', model: 'x/y\\z' })).toBe('a_b_ x_y_z.jpg');
  });

  it.each([
    ['', ['empty']],
    ['   ', ['empty']],
    ['{stem', ['brace']],
    ['stem}', ['brace']],
    ['{iso}', ['unknown-placeholder']],
    ['{toString}', ['unknown-placeholder']],
    ['{}', ['unknown-placeholder']],
    ['{counter:0}', ['counter']],
    ['{counter:10}', ['counter']],
    ['{counter:}', ['counter']],
    ['{stem:3}', ['counter']],
    ['a/{stem}', ['separator']],
    ['..\\{stem}', ['separator']],
    ['{stem}: sharp', ['character']],
    ['{stem}\u0007', ['character']],
    ['{stem}/?', ['separator', 'character']],
  ])('%j is refused: %j', (template, expected) => {
    expect(codes(template)).toEqual(expected);
    expect(templateProblems(template).map(({ code }) => code)).toEqual(expected);
  });

  it('is checked by the name that it yields', () => {
    expect(codes('{stem}', { name: 'nul.jpg' })).toEqual(['reserved']);
    expect(codes('{stem}', { name: 'Com1.backup.jpg' })).toEqual(['reserved']);
    expect(codes('com{counter}')).toEqual(['reserved']);
    expect(codes('com{counter}', { counter: 10 })).toEqual([]);
    expect(codes(' {stem}')).toEqual(['edge']);
    expect(codes('{stem}', { name: 'ä'.repeat(126) + '.png' })).toEqual(['too-long']);
    expect(codes('{stem}', { name: 'ä'.repeat(125) + '.png' })).toEqual([]);
    expect(codes('{stem}', { name: ' .png' })).toEqual(['empty']);
  });

  it('is unique per photo only with a name or counter', () => {
    expect(
      ['{stem}', 'x{name}', '{counter:2}', '{date}', '{{stem}}', 'x'].map(tellsPhotosApart),
    ).toEqual([true, true, true, false, false, false]);
  });

  it('knows every listed placeholder', () => {
    for (const key of Object.keys(PLACEHOLDERS)) expect(codes(`x{${key}}`)).toEqual([]);
  });

  it('never yields an invalid name', () => {
    const piece = fc.oneof(
      fc.constantFrom(...Object.keys(PLACEHOLDERS).map((key) => `{${key}}`)),
      fc.string({ unit: 'binary', maxLength: 5 }),
    );
    fc.assert(
      fc.property(fc.array(piece), fc.string({ unit: 'binary' }), (pieces, photo) => {
        const result = nameFromTemplate(pieces.join(''), { ...context, name: photo, model: photo });
        if (result.name === null) {
          expect(result.problems.length).toBeGreaterThan(0);
          return;
        }
        expect(result.name).toMatch(/^[^<>:"|?*/\\\p{Cc}]+\.jpg$/u);
        expect(Buffer.byteLength(result.name)).toBeLessThanOrEqual(255);
        expect(fileNameProblems(result.name)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});

it('measures the length of a name in UTF-8 bytes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(utf8Length(text)).toBe(Buffer.byteLength(text));
    }),
  );
  expect(utf8Length('aé€😀\ud800')).toBe(1 + 2 + 3 + 4 + 3);
});

it.each(['.', '..', ' ', ''])('refuses the name %j', (text) => {
  expect(fileNameProblems(text).map(({ code }) => code)).toEqual(['empty']);
});
