/**
 * Prepares the lab's Python: a virtual environment in `models/lab/.venv`, created when it is
 * missing and updated when its requirements change.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './setup.js';

const WINDOWS = process.platform === 'win32';
const venv = join(root, 'models', 'lab', '.venv');
const requirements = join(root, 'models', 'lab', 'requirements.txt');
/** Holds the hash of the requirements that were installed last. */
const stamp = join(venv, '.unsmear-requirements');
const python = WINDOWS ? join(venv, 'Scripts', 'python.exe') : join(venv, 'bin', 'python');

/**
 * Returns a Python that can run the lab's tests.
 * @returns {{ python: string, reason?: undefined } | { python?: undefined, reason: string }} Its
 *   path, or the reason why there is none.
 */
export function labPython() {
  if (!existsSync(requirements)) return { reason: 'models/lab/requirements.txt is missing' };
  if (isReady()) return { python };
  const system = systemPython();
  if (system === null) return { reason: 'no Python 3.11 or newer was found' };
  console.log('Creating the Python environment of the lab (once; some hundred megabytes)…');
  if (!existsSync(python) && !succeeds(system, ['-m', 'venv', venv])) {
    return {
      reason: 'the virtual environment could not be created (on Debian: apt install python3-venv)',
    };
  }
  const install = ['-m', 'pip', 'install', ...pipOptions(), '-r', requirements];
  if (!isInstalled() && !succeeds(python, install)) {
    return { reason: 'pip could not install models/lab/requirements.txt' };
  }
  if (!isInstalled()) {
    return { reason: 'the installed packages differ from models/lab/requirements.txt' };
  }
  writeFileSync(stamp, hashOfRequirements());
  return { python };
}

function isReady() {
  if (!existsSync(python) || !existsSync(stamp)) return false;
  return readFileSync(stamp, 'utf8') === hashOfRequirements();
}

function hashOfRequirements() {
  return createHash('sha256').update(readFileSync(requirements)).digest('hex');
}

/** Compares the installed versions with the requirements; much quicker than asking pip. */
function isInstalled() {
  const check = `
import importlib.metadata as m, re, sys
for line in open(sys.argv[1]):
    match = re.match(r'([A-Za-z0-9_.-]+)==([^ #;]+)', line.strip())
    if match and m.version(match[1]).split('+')[0] != match[2]: sys.exit(1)
    if not match and re.match(r'[A-Za-z]', line):
        m.version(re.split(r'[ <>=~!;#\\[]', line.strip())[0])
`;
  return existsSync(python) && succeeds(python, ['-c', check, requirements], 'ignore');
}

/** Prefers PyTorch's CPU index on Linux, where the default one serves CUDA builds of gigabytes. */
function pipOptions() {
  const common = ['--quiet', '--disable-pip-version-check'];
  if (process.platform !== 'linux') return common;
  const index = ['--extra-index-url', 'https://download.pytorch.org/whl/cpu'];
  return [...common, ...index, '--retries', '0', '--timeout', '15'];
}

/** Returns the command of a Python 3.11 or newer; `null` if there is none. */
function systemPython() {
  const names = WINDOWS
    ? ['py', 'python']
    : ['python3', 'python3.13', 'python3.12', 'python3.11', 'python'];
  const check = 'import sys; sys.exit(sys.version_info < (3, 11))';
  return names.find((name) => succeeds(name, ['-c', check], 'ignore')) ?? null;
}

/**
 * Runs a program and returns whether it exited with 0.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {'inherit' | 'ignore'} [stdio]
 */
function succeeds(program, args, stdio = 'inherit') {
  return spawnSync(program, args, { cwd: root, stdio }).status === 0;
}
