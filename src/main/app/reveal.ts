/** Shows a file in the system's file manager, for hosts without Electron. */
import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { UnsmearError } from '../../shared/core/errors.js';

export interface Revealer {
  readonly available: boolean;
  reveal(path: string): Promise<void>;
}

interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly verbatim?: boolean;
}

/** Returns a revealer, unavailable on remote connections and without a display. */
export function systemRevealer(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): Revealer {
  const desktop = platform !== 'linux' || Boolean(env.DISPLAY ?? env.WAYLAND_DISPLAY);
  const available = desktop && env.SSH_CONNECTION === undefined;
  return {
    available,
    reveal: async (path) => {
      if (!available) throw noFileManager();
      await start(revealCommand(path, platform), env);
    },
  };
}

/** Returns the command; Linux desktops have a common one for folders only. */
export function revealCommand(path: string, platform: NodeJS.Platform): Command {
  if (platform === 'darwin') return { program: 'open', args: ['-R', path] };
  if (platform === 'win32') {
    // Explorer splits at commas; a path on Windows cannot contain a quotation mark.
    return { program: 'explorer.exe', args: [`/select,"${path}"`], verbatim: true };
  }
  return { program: 'xdg-open', args: [dirname(path)] };
}

function start({ program, args, verbatim }: Command, env: NodeJS.ProcessEnv): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env,
      stdio: 'ignore',
      detached: true,
      windowsVerbatimArguments: verbatim ?? false,
    });
    child.on('error', (cause) => reject(noFileManager(cause)));
    child.on('spawn', () => {
      // The file manager keeps running after this process.
      child.unref();
      resolve();
    });
  });
}

function noFileManager(cause?: unknown): UnsmearError {
  return new UnsmearError('host-unable', { reason: 'reveal' }, { cause });
}
