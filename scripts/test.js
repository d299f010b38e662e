#!/usr/bin/env node
/**
 * `npm test`: set-up, types and lint, the program's tests, the lab's tests. Everything runs even when
 * something before it failed; the last line has the totals.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { labPython } from './python.js';
import { root, setUp } from './setup.js';

setUp();

const totals = { passed: 0, failed: 0 };
const notes = [];

function step(name, program, args) {
  console.log(`\n== ${name}`);
  return spawnSync(program, args, { cwd: root, stdio: 'inherit' }).status === 0;
}

function check(name, tool, args) {
  const ok = step(name, process.execPath, [join(root, 'node_modules', tool), ...args]);
  totals[ok ? 'passed' : 'failed'] += 1;
}

function programTests() {
  const results = join(root, 'out', 'test-results.json');
  rmSync(results, { force: true });
  const ok = step('program tests', process.execPath, [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
  ]);
  const report = existsSync(results) ? JSON.parse(readFileSync(results, 'utf8')) : null;
  totals.passed += report?.numPassedTests ?? 0;
  const failed = report?.numFailedTests ?? 0;
  // A file that cannot be loaded fails without a failed test.
  totals.failed += ok ? failed : Math.max(1, failed);
  const skipped = report?.numPendingTests ?? 0;
  if (skipped > 0) notes.push(`${skipped} program tests were skipped (the reasons are above).`);
}

function labTests() {
  const { python, reason } = labPython();
  if (python === undefined) {
    notes.push(`The lab's tests were skipped: ${reason}.`);
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
  totals.passed += count('tests') - failed - count('skipped');
  totals.failed += ok ? failed : Math.max(1, failed);
  if (count('skipped') > 0) notes.push(`${count('skipped')} lab tests were skipped.`);
}

check('types', 'typescript/bin/tsc', ['-p', 'tsconfig.json']);
check('lint', 'eslint/bin/eslint.js', ['.', '--max-warnings', '0']);
check('format', 'prettier/bin/prettier.cjs', ['--check', '--log-level', 'warn', '.']);
programTests();
labTests();

console.log('');
for (const note of notes) console.log(note);
console.log(`${totals.passed} passed, ${totals.failed} failed`);
process.exit(totals.failed === 0 ? 0 : 1);
