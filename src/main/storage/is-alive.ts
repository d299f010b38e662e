/** Finds out whether processes run, and whether a recorded process is still the same one. */
import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';

/** Returns whether a process of any user has this number, which may have been reused. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Identifies one life of a process; can be written to a file and checked by another process. */
export interface ProcessMark {
  readonly pid: number;
  /** Start time in clock ticks since boot; `null` where the system does not report it. */
  readonly start: string | null;
  /** Identifies the set of processes among which `pid` is unique; `null` if unknown. */
  readonly space: string | null;
}

export function ownMark(): ProcessMark {
  return { pid: process.pid, start: startTime(process.pid), space: processSpace() };
}

/** Returns whether the process has ended; `null` if it cannot be seen from this process. */
export function hasEnded({ pid, start, space }: ProcessMark): boolean | null {
  if (space === null || space !== processSpace()) return null;
  if (!isAlive(pid)) return true;
  const now = startTime(pid);
  return start !== null && now !== null && start !== now;
}

let ownSpace: string | null | undefined;

/**
 * On Linux: the boot, since no process survives one, and the PID namespace, since containers that
 * share a folder number their processes independently. Elsewhere: the machine, which may share a
 * folder over the network; its hardware addresses distinguish machines of the same name.
 */
function processSpace(): string | null {
  if (ownSpace !== undefined) return ownSpace;
  const parts = process.platform === 'linux' ? linuxSpace() : [hostname(), ...hardwareAddresses()];
  ownSpace = parts && digest(parts);
  return ownSpace;
}

function linuxSpace(): string[] | null {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return [boot, readlinkSync('/proc/self/ns/pid'), timeNamespace()];
  } catch {
    return null;
  }
}

/** Start times count from the boot of the time namespace. Linux before 5.6 has only one. */
function timeNamespace(): string {
  return namespace('time');
}

/** Returns the identity of this process's namespace of a kind; '' without namespaces. */
function namespace(kind: 'pid' | 'time'): string {
  try {
    return readlinkSync(`/proc/self/ns/${kind}`);
  } catch {
    return '';
  }
}

function hardwareAddresses(): string[] {
  const macs = Object.values(networkInterfaces()).flatMap((addresses = []) =>
    addresses.filter(({ internal }) => !internal).map(({ mac }) => mac),
  );
  return [...new Set(macs)].sort();
}

/** Field 22 of /proc/<pid>/stat; fields are counted after the name, which may hold spaces. */
function startTime(pid: number): string | null {
  if (process.platform !== 'linux') return null;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

let scope: string | undefined;

/**
 * Returns six hexadecimal digits for names that contain a process number: equal for processes that
 * see each other's numbers, also after a restart of the machine, and different for other
 * containers and machines.
 */
export function processScope(): string {
  scope ??= digest([hostname(), read('/etc/machine-id'), namespace('pid')]).slice(0, 6);
  return scope;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}

function digest(parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 32);
}
