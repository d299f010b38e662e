/** Runs the built command line as users do, with small generated plug-ins. */
import { spawn, spawnSync, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeTinyPlugin, type TinyKind } from '../engine/tiny-plugin.js';
import { temporaryFolder } from '../unit/photos.js';

const BIN = fileURLToPath(new URL('../../bin/unsmear.js', import.meta.url));
const NOBODY = 65534;

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** Makes a data folder with the given plug-ins. Returns its parent, and runners of commands. */
export async function commandLine(...kinds: TinyKind[]): Promise<{
  folder: string;
  /** `options.env` extends the environment; `under` is a program that runs the command. */
  start: (args: readonly string[], options?: SpawnOptions, under?: readonly string[]) => Running;
  unsmear: (...args: string[]) => Promise<Ended>;
}> {
  const folder = temporaryFolder();
  const data = join(folder, 'data');
  for (const kind of kinds) await makeTinyPlugin(join(data, 'plugins'), kind);
  // Other users need to read the plug-ins.
  chmodSync(folder, 0o755);
  const start = (
    args: readonly string[],
    options: SpawnOptions = {},
    under: readonly string[] = [],
  ): Running => {
    const env = { ...process.env, UNSMEAR_DATA_DIR: data, ...options.env };
    const [program, ...rest] = [...under, process.execPath, BIN, ...args];
    const child = spawn(program!, rest, { cwd: folder, ...options, env });
    return { child, ended: collect(child) };
  };
  return { folder, start, unsmear: (...args) => start(args).ended };
}

function collect(child: ChildProcess): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString('utf8')));
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

export const isRoot = process.getuid?.() === 0;

/** Root can write everywhere, and tests often run as root. */
export const asNobody = { uid: NOBODY, gid: NOBODY } as const;

/** Returns whether the user `nobody` can read this checkout and run Node. */
export function nobodyCanRun(): boolean {
  if (!isRoot) return false;
  return spawnSync(process.execPath, [BIN, '--version'], asNobody).status === 0;
}

/** Waits for the engine process of a running command, polling every `everyMs` (Linux). */
export async function engineOf(child: ChildProcess, everyMs = 25): Promise<number> {
  const pid = child.pid ?? 0;
  for (let i = 0; i < 10_000 / everyMs; i++) {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    if (children !== '') return Number(children.split(' ')[0]);
    await pause(everyMs);
  }
  throw new Error('The command started no engine.');
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Returns the sorted names in a folder, with hidden files. */
export function listing(folder: string): string[] {
  return readdirSync(folder).sort();
}
