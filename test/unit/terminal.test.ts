/** Text from outside on its way to a terminal. */
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { BatchBar } from '../../src/main/cli/batch-bar.js';
import { Console } from '../../src/main/cli/console.js';
import { TriageBar } from '../../src/main/cli/triage-bar.js';
import { printLine, printPath0 } from '../../src/main/hosts/terminal.js';
import { printable, printableJson, printableLines } from '../../src/shared/core/printable.js';

/** Every character that may control a terminal or reorder its text, and lone surrogates. */
const UNSAFE = [
  ...range(0x00, 0x1f),
  ...range(0x7f, 0x9f),
  ...range(0x2028, 0x2029),
  ...range(0x202a, 0x202e),
  ...range(0x2066, 0x2069),
  ...['\ud800', '\udfff'],
];
/** Sets the window's title, clears the screen, ends the line, reorders the rest. */
const HOSTILE = 'a\u001b]0;PWNED\u0007\u001b[2J\r\nFORGED\u009b31m\u202eb';
const SHOWN = 'a\\x1b]0;PWNED\\x07\\x1b[2J\\r\\nFORGED\\x9b31m\\u202eb';

function range(first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, i) => String.fromCharCode(first + i));
}

/** A stream that remembers what was written to it. */
function stream(isTTY: boolean): NodeJS.WriteStream & { text: () => string } {
  let text = '';
  const through = new PassThrough();
  through.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
  const extras = { isTTY, columns: 200, rows: 50, text: () => text };
  return Object.assign(through, extras) as unknown as NodeJS.WriteStream & { text: () => string };
}

describe('printable text', () => {
  it.each(UNSAFE)('shows %j as an escape', (character) => {
    expect(printable(`a${character}b`)).toMatch(/^a\\(x[0-9a-f]{2}|u[0-9a-f]{4}|[nrt])b$/);
  });

  it('leaves letters, emoji and right-to-left scripts as they are', () => {
    const text = 'C:\\Фото\\été 写真 שלום 🏔️ "q" ~';
    expect(printable(text)).toBe(text);
    expect(printableLines(text)).toBe(text);
  });

  it('of several lines keeps its line feeds only', () => {
    expect(printableLines('a\nb\r\n\u001bc\n')).toBe('a\nb\\r\n\\x1bc\n');
  });

  it('as JSON has no such character and parses to the same values', () => {
    const values = { [UNSAFE.join('')]: UNSAFE, n: 1.5, none: null };
    const text = printableJson(values);
    expect(printableLines(text)).toBe(text);
    expect(JSON.parse(text)).toEqual(values);
  });
});

describe('the command line', () => {
  const report = {
    code: 'name-invalid',
    params: { reason: 'extension', name: HOSTILE, extension: HOSTILE },
  } as const;

  it('escapes results, notes, errors, hints and labels', () => {
    const [stdout, stderr] = [stream(false), stream(false)];
    const out = new Console({ json: false, quiet: false }, stdout, stderr);
    out.result(HOSTILE);
    out.note(HOSTILE);
    out.begin(HOSTILE);
    out.event({ type: 'warning', warning: { code: 'stored', params: { details: HOSTILE } } });
    out.error(report, HOSTILE);
    expect(stdout.text()).toBe(`${SHOWN}\n`);
    expect(stderr.text().split('\n')).toEqual([
      ...[SHOWN, SHOWN, `warning: ${SHOWN}: ${SHOWN}.`],
      `error: The name ${SHOWN} does not end with ${SHOWN}.`,
      `       Add ${SHOWN} to the name, or choose another format.`,
      '',
    ]);
  });

  it('escapes the label of its progress bar, in which braces are no fields', () => {
    const stderr = stream(true);
    const out = new Console({ json: false, quiet: false }, stream(false), stderr);
    out.begin(`${HOSTILE}{percentage}`);
    out.event({ type: 'progress', done: 0, total: 4, stages: [], secondsLeft: null });
    out.hideBar();
    expect(stderr.text()).toContain(`${SHOWN}{percentage} `);
    expect(stderr.text()).not.toContain('PWNED\u0007');
    expect(stderr.text()).not.toMatch(/\u009b|\u202e|^FORGED/m);
  });

  it('escapes the photo in the bars of batch and triage', () => {
    const stderr = stream(true);
    const bar = new BatchBar(false, stderr);
    const counts = { waiting: 1, working: 0, done: 0, skipped: 0, failed: 0 };
    const progress = { counts, bytes: 1, totalBytes: 2, megapixelsPerSecond: 1, secondsLeft: 1 };
    bar.show(progress, HOSTILE);
    bar.hide();
    const triage = new TriageBar(false, stderr);
    const photo = { input: HOSTILE, bytes: 1 };
    triage.begin([photo]);
    triage.done(photo);
    triage.hide();
    expect(stderr.text().split(SHOWN).length).toBeGreaterThanOrEqual(3);
    expect(stderr.text()).not.toContain('PWNED\u0007');
    expect(stderr.text()).not.toMatch(/\u009b|\u202e|^FORGED/m);
  });

  it('gives programs exact paths, and people on a terminal printable ones', () => {
    const [pipe, terminal] = [stream(false), stream(true)];
    printPath0(pipe, HOSTILE);
    printPath0(terminal, HOSTILE);
    printLine(pipe, HOSTILE);
    expect(pipe.text()).toBe(`${HOSTILE}\0${SHOWN}\n`);
    expect(terminal.text()).toBe(`${SHOWN}\0`);
  });
});
