/** The lab's Python: its own virtual environment, made when it is missing or its requirements changed. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './setup.js';

const lab = join(root, 'models', 'lab');
const venv = join(lab, '.venv');
const requirements = join(lab, 'requirements.txt');
const stamp = join(venv, '.unsmear-requirements');
const python =
  process.platform === 'win32' ? join(venv, 'Scripts', 'python.exe') : join(venv, 'bin', 'python');

/** A Python that can run the lab's tests, or the reason why there is none. */
export function labPython() {
  if (!existsSync(requirements)) return { reason: 'models/lab/requirements.txt is missing' };
  if (isReady()) return { python };
  const system = systemPython();
  if (system === null) return { reason: 'no Python 3.11 or newer was found' };
  console.log('Making the Python environment of the lab (once; some hundred megabytes)…');
  if (!existsSync(python) && !runs(system, ['-m', 'venv', venv])) {
    return {
      reason: 'the virtual environment could not be made (on Debian: apt install python3-venv)',
    };
  }
  if (
    !satisfied() &&
    !runs(python, ['-m', 'pip', 'install', ...pipOptions(), '-r', requirements])
  ) {
    return { reason: 'pip could not install models/lab/requirements.txt' };
  }
  if (!satisfied())
    return { reason: 'the installed packages differ from models/lab/requirements.txt' };
  writeFileSync(stamp, fingerprint());
  return { python };
}

function isReady() {
  return existsSync(python) && existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint();
}

function fingerprint() {
  return createHash('sha256').update(readFileSync(requirements)).digest('hex');
}

/** Asks the packages' metadata, which takes a moment; pip would take many. */
function satisfied() {
  const check = `
import importlib.metadata as m, re, sys
for line in open(sys.argv[1]):
    match = re.match(r'([A-Za-z0-9_.-]+)==([^ #;]+)', line.strip())
    if match and m.version(match[1]).split('+')[0] != match[2]: sys.exit(1)
    if not match and re.match(r'[A-Za-z]', line): m.version(re.split(r'[ <>=~!;#\\[]', line.strip())[0])
`;
  return existsSync(python) && runs(python, ['-c', check, requirements], 'ignore');
}

/** On Linux the default index serves CUDA builds of gigabytes: the CPU index first, skipped when it cannot be reached. */
function pipOptions() {
  const common = ['--quiet', '--disable-pip-version-check'];
  if (process.platform !== 'linux') return common;
  const index = ['--extra-index-url', 'https://download.pytorch.org/whl/cpu'];
  return [...common, ...index, '--retries', '0', '--timeout', '15'];
}

function systemPython() {
  const names =
    process.platform === 'win32'
      ? ['py', 'python']
      : ['python3', 'python3.13', 'python3.12', 'python3.11', 'python'];
  const check = 'import sys; sys.exit(sys.version_info < (3, 11))';
  return names.find((name) => runs(name, ['-c', check], 'ignore')) ?? null;
}

function runs(program, args, stdio = 'inherit') {
  return spawnSync(program, args, { cwd: root, stdio }).status === 0;
}
