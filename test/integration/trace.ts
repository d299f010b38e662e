/** What a command asks of the system, call by call, in order: recorded by strace (Linux). */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Call {
  readonly name: string;
  /** Arguments and what it returned, as strace writes them. */
  readonly text: string;
  /** Moments, counted in lines: two threads' calls may overlap. */
  readonly began: number;
  readonly ended: number;
}

const WRITES = ['write', 'pwrite64', 'writev', 'pwritev', 'pwritev2', 'ftruncate'];
const SYNCS = ['fsync', 'fdatasync'];
const NAMES = ['rename', 'renameat', 'renameat2', 'link', 'linkat'];
const OTHERS = ['open', 'openat', 'openat2', 'creat', 'mkdir', 'mkdirat'];

/** The program and arguments to run a command under. Systems differ in which calls they have: `?` is for those they lack. */
export function strace(output: string): string[] {
  const calls = [...WRITES, ...SYNCS, ...NAMES, ...OTHERS].map((name) => `?${name}`).join(',');
  // Whole strings, paths of open files, and a stop at these calls only.
  const how = ['--follow-forks', '--seccomp-bpf', '--decode-fds=path', '--string-limit=65536'];
  return ['strace', ...how, `--output=${output}`, `--trace=${calls}`];
}

/** Why nothing can be traced here, null: it can. */
export function whyNoTrace(): string | null {
  const [program, ...rest] = strace('/dev/null');
  const { error, status, stderr } = spawnSync(program!, [...rest, process.execPath, '--version']);
  if (error !== undefined) return 'strace is not installed';
  return status === 0 ? null : `strace may not trace here: ${String(stderr).trim()}`;
}

/** Successful calls in the order in which they began. */
export function readTrace(path: string): Call[] {
  const calls: Call[] = [];
  const unfinished = new Map<string, { name: string; text: string; began: number }>();
  for (const [moment, line] of readFileSync(path, 'utf8').split('\n').entries()) {
    const found = /^(\d+) +(?:<\.\.\. (\w+) resumed>|(\w+)\()(.*)$/.exec(line);
    if (found === null) continue;
    const [, thread, resumed, name, rest] = found as unknown as string[];
    const begun =
      resumed === undefined ? { name: name!, text: '', began: moment } : unfinished.get(thread!);
    if (begun === undefined) throw new Error(`A call ends that never began: ${line}`);
    const pause = rest!.indexOf(' <unfinished ...>');
    if (pause >= 0) {
      unfinished.set(thread!, { ...begun, text: begun.text + rest!.slice(0, pause) });
      continue;
    }
    const text = begun.text + rest!;
    if (!text.includes('= -1 E')) calls.push({ ...begun, text, ended: moment });
  }
  return calls.sort((a, b) => a.began - b.began);
}

export const isWrite = ({ name }: Call): boolean => WRITES.includes(name);
export const isSync = ({ name }: Call): boolean => SYNCS.includes(name);
/** Gives a file a name, for which `pathsOf` tells the old and the new one. */
export const isNaming = ({ name }: Call): boolean => NAMES.includes(name);
export const isMkdir = ({ name }: Call): boolean => name.startsWith('mkdir');
export const isCreation = ({ name, text }: Call): boolean =>
  name === 'creat' || (name.startsWith('open') && text.includes('O_CREAT'));

/** The open file that a call is about. */
export function fileOf({ text }: Call): string | null {
  return /^\d+<([^>]*)>/.exec(text)?.[1] ?? null;
}

/** Paths that a call names. */
export function pathsOf({ text }: Call): string[] {
  return [...text.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, path]) => path!);
}

/** Ended before the other one began. */
export function isBefore(a: Call, b: Call): boolean {
  return a.ended < b.began;
}
