#!/usr/bin/env node
/**
 * Runs `npm test`: types, lint, format, the program's tests, the editor's in Chromium and the
 * lab's. A failure stops nothing; the last lines show the result of each part and the totals.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findChromium } from './chromium.js';
import { labPython } from './python.js';
import { root, setUp } from './setup.js';

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

await setUp();

const out = join(root, 'out');
mkdirSync(out, { recursive: true });
const totals = { passed: 0, failed: 0 };
/** @type {string[]} Lines of the summary. */
const summary = [];

check('types', 'typescript/bin/tsc', ['-p', 'tsconfig.json']);
check('script types', 'typescript/bin/tsc', ['-p', 'scripts/tsconfig.json']);
check('end-to-end types', 'typescript/bin/tsc', ['-p', 'test/e2e/tsconfig.json']);
check('editor types', 'svelte-check/bin/svelte-check', [
  ...['--tsconfig', 'src/renderer/tsconfig.json', '--fail-on-warnings'],
]);
check('lint', 'eslint/bin/eslint.js', ['.', '--max-warnings', '0']);
check('import rules', 'dependency-cruiser/bin/dependency-cruise.mjs', [
  ...['src', '--config', '.dependency-cruiser.cjs'],
]);
check('format', 'prettier/bin/prettier.cjs', ['--check', '--log-level', 'warn', '.']);
programTests();
endToEndTests();
labParts();

console.log('');
for (const line of summary) console.log(line);
console.log(`${totals.passed} passed, ${totals.failed} failed`);
process.exit(totals.failed === 0 ? 0 : 1);

/**
 * Runs a program under a heading; returns whether it exited with 0.
 * @param {string} name
 * @param {string} program
 * @param {readonly string[]} args
 */
function step(name, program, args) {
  console.log(`\n== ${name}`);
  return spawnSync(program, args, { cwd: root, stdio: 'inherit' }).status === 0;
}

/**
 * Runs a JavaScript tool of an installed package.
 * @param {string} name
 * @param {string} path Path below `node_modules`.
 * @param {readonly string[]} args
 */
function toolStep(name, path, args) {
  return step(name, process.execPath, [join(root, 'node_modules', path), ...args]);
}

/**
 * Runs a tool that counts as one test.
 * @param {string} name
 * @param {string} path
 * @param {readonly string[]} args
 */
function check(name, path, args) {
  const ok = toolStep(name, path, args);
  count(name, { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 });
}

/**
 * @param {string} name
 * @param {Counts} counts
 */
function count(name, { passed, failed, skipped }) {
  totals.passed += passed;
  totals.failed += failed;
  summary.push(`${name}: ${passed} passed, ${failed} failed, ${skipped} skipped`);
}

/**
 * Runs a test runner and counts the results in the file that it writes. A runner that exits with
 * an error counts at least one failure: a test file that cannot be loaded reports none.
 * @param {string} name
 * @param {string} file Name of the results file in `out`.
 * @param {(path: string) => boolean} runner Returns whether the runner exited with 0.
 * @param {(text: string) => Counts} parse
 */
function countResults(name, file, runner, parse) {
  const path = join(out, file);
  rmSync(path, { force: true });
  const ok = runner(path);
  const counts = existsSync(path)
    ? parse(readFileSync(path, 'utf8'))
    : { passed: 0, failed: 0, skipped: 0 };
  count(name, { ...counts, failed: ok ? counts.failed : Math.max(1, counts.failed) });
}

function programTests() {
  const name = 'program tests';
  const runner = () => toolStep(name, 'vitest/vitest.mjs', ['run']);
  countResults(name, 'test-results.json', runner, (text) => {
    /** @type {{ numPassedTests: number, numFailedTests: number, numPendingTests: number }} */
    const report = JSON.parse(text);
    return {
      passed: report.numPassedTests,
      failed: report.numFailedTests,
      skipped: report.numPendingTests,
    };
  });
}

/** Runs the editor's tests in Chromium. */
function endToEndTests() {
  const name = 'end-to-end tests';
  if (findChromium() === undefined) {
    summary.push(`${name}: all skipped: no Chromium was found (UNSMEAR_CHROMIUM can name one)`);
    return;
  }
  const runner = () => toolStep(name, '@playwright/test/cli.js', ['test']);
  countResults(name, 'e2e-results.json', runner, (text) => {
    /** @type {{ stats: Record<'expected' | 'unexpected' | 'flaky' | 'skipped', number> }} */
    const { stats } = JSON.parse(text);
    return {
      passed: stats.expected,
      failed: stats.unexpected + stats.flaky,
      skipped: stats.skipped,
    };
  });
}

/** Runs the lab's checks and tests. */
function labParts() {
  const { python, reason } = labPython();
  if (python === undefined) {
    summary.push(`lab lint, lab types, lab tests: all skipped: ${reason}`);
    return;
  }
  const lab = 'models/lab';
  const config = `${lab}/pyproject.toml`;
  const render = 'resources/render';
  labCheck('lab lint', python, [
    ['ruff', 'check', lab],
    ['ruff', 'format', '--check', lab],
    ['ruff', 'check', '--config', config, render],
    ['ruff', 'format', '--check', '--config', config, render],
  ]);
  labCheck('lab types', python, [
    ['mypy', '--config-file', config, lab],
    ['mypy', '--config-file', config, render],
  ]);
  labTests(python);
}

/**
 * Runs tools of the lab's environment that together count as one test.
 * @param {string} name
 * @param {string} python
 * @param {readonly (readonly string[])[]} commands Modules with their arguments.
 */
function labCheck(name, python, commands) {
  const results = commands.map((command) => step(name, python, ['-m', ...command]));
  const ok = results.every(Boolean);
  count(name, { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 });
}

/** @param {string} python */
function labTests(python) {
  const name = 'lab tests';
  /** @param {string} path */
  const runner = (path) => {
    const options = ['-q', '-p', 'no:cacheprovider', `--junitxml=${path}`];
    return step(name, python, ['-m', 'pytest', 'models/lab', ...options]);
  };
  countResults(name, 'lab-results.xml', runner, (text) => {
    const suite = /<testsuite [^>]*>/.exec(text)?.[0] ?? '';
    /** @param {string} attribute */
    const number = (attribute) => Number(new RegExp(`${attribute}="(\\d+)"`).exec(suite)?.[1] ?? 0);
    const failed = number('failures') + number('errors');
    const skipped = number('skipped');
    return { passed: number('tests') - failed - skipped, failed, skipped };
  });
}
