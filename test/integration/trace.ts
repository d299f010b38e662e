/** Records the system calls of a command, in order, with strace (Linux). */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Call {
  readonly name: string;
  /** Arguments and result, as strace writes them. */
  readonly text: string;
  /** Position in the trace, counted in lines: calls of two threads may overlap. */
  readonly began: number;
  readonly ended: number;
}

const WRITES = ['write', 'pwrite64', 'writev', 'pwritev', 'pwritev2', 'ftruncate'];
const SYNCS = ['fsync', 'fdatasync'];
const NAMES = ['rename', 'renameat', 'renameat2', 'link', 'linkat'];
const OTHERS = ['open', 'openat', 'openat2', 'creat', 'mkdir', 'mkdirat'];

const REACHING_OUT = ['connect', 'sendto', 'sendmsg', 'sendmmsg'];

/** Returns the program and arguments to run a command under, to record how it changes files. */
export function strace(output: string): string[] {
  return tracing(output, [...WRITES, ...SYNCS, ...NAMES, ...OTHERS]);
}

/** Returns the program and arguments to run a command under, to record whom it talks to. */
export function straceNetwork(output: string): string[] {
  return tracing(output, [...REACHING_OUT, 'open', 'openat', 'openat2']);
}

function tracing(output: string, names: readonly string[]): string[] {
  // Systems differ in which calls they have: `?` permits those that they lack.
  const calls = names.map((name) => `?${name}`).join(',');
  // Whole strings, paths of open files, and a stop at these calls only.
  const how = ['--follow-forks', '--seccomp-bpf', '--decode-fds=path', '--string-limit=65536'];
  return ['strace', ...how, `--output=${output}`, `--trace=${calls}`];
}

/** Returns why nothing can be traced here; `null` if it can. */
export function whyNoTrace(): string | null {
  const [program, ...rest] = strace('/dev/null');
  const { error, status, stderr } = spawnSync(program!, [...rest, process.execPath, '--version']);
  if (error !== undefined) return 'strace is not installed';
  return status === 0 ? null : `strace may not trace here: ${String(stderr).trim()}`;
}

/** Returns the calls in the order in which they began; without `failed` only successful ones. */
export function readTrace(path: string, { failed = false } = {}): Call[] {
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
    if (failed || !text.includes('= -1 E')) calls.push({ ...begun, text, ended: moment });
  }
  return calls.sort((a, b) => a.began - b.began);
}

export const isWrite = ({ name }: Call): boolean => WRITES.includes(name);
export const isSync = ({ name }: Call): boolean => SYNCS.includes(name);
/** Whether the call names a file; `pathsOf` returns the old and the new name. */
export const isNaming = ({ name }: Call): boolean => NAMES.includes(name);
export const isMkdir = ({ name }: Call): boolean => name.startsWith('mkdir');
export const isCreation = ({ name, text }: Call): boolean =>
  name === 'creat' || (name.startsWith('open') && text.includes('O_CREAT'));

/** Returns the path of the open file that a call uses. */
export function fileOf({ text }: Call): string | null {
  return /^\d+<([^>]*)>/.exec(text)?.[1] ?? null;
}

/** Returns the paths in a call's arguments. */
export function pathsOf({ text }: Call): string[] {
  return [...text.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, path]) => path!);
}

/** Returns whether `a` ended before `b` began. */
export function isBefore(a: Call, b: Call): boolean {
  return a.ended < b.began;
}

const LOOPBACK = /inet_addr\("127\.|inet_pton\(AF_INET6, "(?:::1|::ffff:127\.)/;
/** Socket of the service that looks up host names, and the request for one to the older nscd. */
const NAME_SERVICE = /systemd\/resolve|"[^"]*hosts\\0/;

/**
 * Returns whether a call reaches another machine or looks up a host's name. Every lookup reads
 * /etc/hosts first; other files of the resolver are read when Node loads its module for names.
 */
export function reachesOut(call: Call): boolean {
  const { name, text } = call;
  if (name.startsWith('open')) return pathsOf(call).includes('/etc/hosts');
  if (!REACHING_OUT.includes(name)) return false;
  if (/sa_family=AF_INET6?\b/.test(text)) return !LOOPBACK.test(text) || text.includes('htons(53)');
  return NAME_SERVICE.test(text);
}
