/** Keeps the machine from sleeping while a batch runs, by the tool that the system brings for it. */
import { spawn } from 'node:child_process';

export type KeepAwake = () => () => void;

/**
 * For hosts without Electron. The tool ends with this process, however that ends. Windows brings no such tool: there the editor
 * does it, and the command line does not. Returns how to let the machine sleep again.
 */
export const keepAwake: KeepAwake = () => {
  const tool = toolFor(process.platform, process.pid);
  if (tool === null) return () => undefined;
  const child = spawn(tool.command, tool.arguments, { stdio: 'ignore' });
  // A system without it (a container) does not sleep either.
  child.on('error', () => undefined);
  child.unref();
  return () => child.kill();
};

export function toolFor(
  platform: NodeJS.Platform,
  pid: number,
): { readonly command: string; readonly arguments: readonly string[] } | null {
  if (platform === 'darwin') return { command: 'caffeinate', arguments: ['-i', '-w', String(pid)] };
  if (platform !== 'linux') return null;
  const inhibit = ['--what=idle:sleep', '--who=Unsmear', '--why=Photos are being restored'];
  return {
    command: 'systemd-inhibit',
    arguments: [...inhibit, 'tail', `--pid=${pid}`, '-f', '/dev/null'],
  };
}
