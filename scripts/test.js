#!/usr/bin/env node
/**
 * `npm test`: set-up, types and lint, the program's tests, the lab's tests. Everything runs even when
 * something before it failed; the last lines have the results of each part, and the totals.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findChromium } from './chromium.js';
import { labPython } from './python.js';
import { root, setUp } from './setup.js';

await setUp();

const totals = { passed: 0, failed: 0 };
const notes = [];

function summarize(name, passed, failed, skipped) {
  totals.passed += passed;
  totals.failed += failed;
  notes.push(`${name}: ${passed} passed, ${failed} failed, ${skipped} skipped`);
}

function step(name, program, args) {
  console.log(`\n== ${name}`);
  return spawnSync(program, args, { cwd: root, stdio: 'inherit' }).status === 0;
}

function check(name, tool, args) {
  const ok = step(name, process.execPath, [join(root, 'node_modules', tool), ...args]);
  summarize(name, ok ? 1 : 0, ok ? 0 : 1, 0);
}

function programTests() {
  const results = join(root, 'out', 'test-results.json');
  rmSync(results, { force: true });
  const ok = step('program tests', process.execPath, [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
  ]);
  const report = existsSync(results) ? JSON.parse(readFileSync(results, 'utf8')) : null;
  const failed = report?.numFailedTests ?? 0;
  // A file that cannot be loaded fails without a failed test.
  summarize(
    'program tests',
    report?.numPassedTests ?? 0,
    ok ? failed : Math.max(1, failed),
    report?.numPendingTests ?? 0,
  );
}

/** The editor in Chromium. */
function endToEndTests() {
  if (findChromium() === undefined) {
    notes.push(
      'end-to-end tests: all skipped, because there is no Chromium (UNSMEAR_CHROMIUM names one)',
    );
    return;
  }
  const results = join(root, 'out', 'e2e-results.json');
  rmSync(results, { force: true });
  const ok = step('end-to-end tests', process.execPath, [
    join(root, 'node_modules/@playwright/test/cli.js'),
    'test',
  ]);
  const stats = existsSync(results) ? JSON.parse(readFileSync(results, 'utf8')).stats : null;
  const failed = (stats?.unexpected ?? 0) + (stats?.flaky ?? 0);
  const name = 'end-to-end tests';
  summarize(name, stats?.expected ?? 0, ok ? failed : Math.max(1, failed), stats?.skipped ?? 0);
}

function labTests() {
  const { python, reason } = labPython();
  if (python === undefined) {
    notes.push(`lab tests: all skipped, because ${reason}`);
    return;
  }
  const results = join(root, 'out', 'lab-results.xml');
  mkdirSync(join(root, 'out'), { recursive: true });
  rmSync(results, { force: true });
  const ok = step('lab tests', python, [
    '-m',
    'pytest',
    'models/lab',
    '-q',
    '-p',
    'no:cacheprovider',
    `--junitxml=${results}`,
  ]);
  const suite = existsSync(results)
    ? (/<testsuite [^>]*>/.exec(readFileSync(results, 'utf8'))?.[0] ?? '')
    : '';
  const count = (name) => Number(new RegExp(`${name}="(\\d+)"`).exec(suite)?.[1] ?? 0);
  const failed = count('failures') + count('errors');
  const skipped = count('skipped');
  const passed = count('tests') - failed - skipped;
  summarize('lab tests', passed, ok ? failed : Math.max(1, failed), skipped);
}

check('types', 'typescript/bin/tsc', ['-p', 'tsconfig.json']);
check('end-to-end types', 'typescript/bin/tsc', ['-p', 'test/e2e/tsconfig.json']);
check('editor types', 'svelte-check/bin/svelte-check', [
  '--tsconfig',
  'src/renderer/tsconfig.json',
  '--fail-on-warnings',
]);
check('lint', 'eslint/bin/eslint.js', ['.', '--max-warnings', '0']);
check('format', 'prettier/bin/prettier.cjs', ['--check', '--log-level', 'warn', '.']);
programTests();
endToEndTests();
labTests();

console.log('');
for (const note of notes) console.log(note);
console.log(`${totals.passed} passed, ${totals.failed} failed`);
process.exit(totals.failed === 0 ? 0 : 1);
