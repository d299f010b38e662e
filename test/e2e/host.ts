/** Starts the built browser host as users do, with a home, settings and photos of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MODELS = fileURLToPath(new URL('../../models', import.meta.url));
const SERVER = fileURLToPath(new URL('../../out/main/server.js', import.meta.url));

export interface Host {
  /** With the token, for the first visit. */
  readonly address: string;
  readonly origin: string;
  /** A root of the file chooser, by this name. */
  readonly photos: string;
  /** Returns what it wrote to stderr: faults of ours. */
  readonly complaints: () => string;
  /** Returns the process id of its engine; `null` if none is running. */
  readonly engine: () => number | null;
  readonly stop: () => Promise<void>;
  /** Kills it and starts it again. Returns the new address. */
  readonly crash: () => Promise<string>;
}

/**
 * `settings` is what the user had set before; without `welcomed` it is the very first start. `installed` names built-in plug-ins
 * that the user has installed once more. `more` are further arguments and environment variables.
 */
export async function startHost(
  settings: Readonly<Record<string, unknown>>,
  installed: readonly string[] = [],
  more: { args?: readonly string[]; env?: NodeJS.ProcessEnv } = {},
): Promise<Host> {
  const { args = [], env = {} } = more;
  const folder = mkdtempSync(join(tmpdir(), 'unsmear-e2e-'));
  const photos = join(folder, 'photos');
  const data = join(folder, 'data');
  for (const path of [photos, data]) mkdirSync(path);
  writeFileSync(join(data, 'settings.json'), JSON.stringify(settings));
  for (const id of installed) {
    cpSync(join(MODELS, id), join(data, 'plugins', id), { recursive: true });
  }
  let stderr = '';
  const launch = (): Promise<Launched> =>
    startProgram(
      ['--port', '0', '--root', photos, ...args],
      { cwd: folder, env: { ...process.env, UNSMEAR_DATA_DIR: data, HOME: folder, ...env } },
      (text) => (stderr += text),
    );
  let program = await launch().catch((error: unknown) => {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  });
  const stop = async (): Promise<void> => {
    program.child.kill('SIGINT');
    const late = setTimeout(() => program.child.kill('SIGKILL'), 5000);
    await program.ended;
    clearTimeout(late);
    rmSync(folder, { recursive: true, force: true });
  };
  const { address } = program;
  return {
    ...{ address, origin: new URL(address).origin, photos, stop },
    complaints: () => stderr,
    engine: () => engineOf(program.child.pid ?? 0),
    crash: async () => {
      program.child.kill('SIGKILL');
      await program.ended;
      program = await launch();
      return program.address;
    },
  };
}

interface Launched {
  readonly child: ChildProcess;
  readonly ended: Promise<void>;
  readonly address: string;
}

async function startProgram(
  args: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
  complain: (text: string) => void,
): Promise<Launched> {
  const child = spawn(process.execPath, [SERVER, ...args], options);
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString('utf8');
    complain(chunk.toString('utf8'));
  });
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  const line = await firstLine(child, ended);
  const address = /^Unsmear is ready: (http:\S+)/.exec(line)?.[1];
  if (address !== undefined) return { child, ended, address };
  child.kill('SIGKILL');
  throw new Error(`The host did not start: ${line}${said}`);
}

function firstLine(child: ChildProcess, ended: Promise<void>): Promise<string> {
  let stdout = '';
  return new Promise((resolve) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      stdout += chunk.toString('utf8');
      if (stdout.includes('\n')) resolve(stdout);
    });
    void ended.then(() => resolve(stdout));
  });
}

/** Finds the engine among the host's children. Linux only: other systems need a program for that. */
function engineOf(host: number): number | null {
  // Every thread of the host may have started it.
  const children = readdirSync(`/proc/${host}/task`).flatMap((thread) =>
    readFileSync(`/proc/${host}/task/${thread}/children`, 'utf8').trim().split(' '),
  );
  const isEngine = (pid: string): boolean =>
    pid !== '' && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('engine');
  const found = children.find(isEngine);
  return found === undefined ? null : Number(found);
}
