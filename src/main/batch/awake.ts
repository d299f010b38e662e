/** Prevents the machine from sleeping while a batch runs, with the system's own tools. */
import { spawn } from 'node:child_process';
import { win32 } from 'node:path';

export type KeepAwake = () => () => void;

/** A program that keeps the machine awake until this process ends, even after a crash. */
export interface Tool {
  readonly command: string;
  readonly arguments: readonly string[];
}

/** Starts the system's tool, for hosts without Electron. Returns a function that ends it. */
export const keepAwake: KeepAwake = () => {
  const tool = toolFor(process.platform, process.pid);
  if (tool === null) return () => undefined;
  const child = spawn(tool.command, tool.arguments, { stdio: 'ignore', windowsHide: true });
  // A system without the tool (a container) does not sleep either.
  child.on('error', () => undefined);
  child.unref();
  return () => child.kill();
};

/** Returns `null` for a system without such a tool. */
export function toolFor(
  platform: NodeJS.Platform,
  pid: number,
  systemRoot = process.env.SystemRoot ?? 'C:\\Windows',
): Tool | null {
  switch (platform) {
    case 'darwin':
      return { command: 'caffeinate', arguments: ['-i', '-w', String(pid)] };
    case 'linux':
      return inhibitor(pid);
    case 'win32':
      return powerShell(stayAwake(pid), systemRoot);
    default:
      return null;
  }
}

function inhibitor(pid: number): Tool {
  const what = ['--what=idle:sleep', '--who=Unsmear', '--why=Photos are being restored'];
  const untilWeEnd = ['tail', `--pid=${pid}`, '-f', '/dev/null'];
  return { command: 'systemd-inhibit', arguments: [...what, ...untilWeEnd] };
}

/** ES_CONTINUOUS | ES_SYSTEM_REQUIRED in decimal: PowerShell reads 0x80000001 as negative. */
const AWAKE = 0x80000001;

/** Returns a script; Windows stays awake as long as the thread that asked for it lives. */
function stayAwake(pid: number): string {
  const declared =
    `'[DllImport("kernel32.dll")] public static extern ` +
    `uint SetThreadExecutionState(uint flags);'`;
  return [
    "$ErrorActionPreference = 'Stop'",
    `$power = Add-Type -PassThru -Namespace Unsmear -Name Power -MemberDefinition ${declared}`,
    `[void]$power::SetThreadExecutionState(${AWAKE})`,
    `Wait-Process -Id ${pid}`,
  ].join('\n');
}

/** Uses the full path, because Windows searches the current folder first, and avoids quoting. */
function powerShell(script: string, systemRoot: string): Tool {
  const folder = win32.join(systemRoot, 'System32', 'WindowsPowerShell', 'v1.0');
  const encoded = Buffer.from(script, 'utf16le').toString('base64');
  return {
    command: win32.join(folder, 'powershell.exe'),
    arguments: ['-NoLogo', '-NoProfile', '-NonInteractive', '-EncodedCommand', encoded],
  };
}
