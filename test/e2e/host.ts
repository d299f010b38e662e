/** Starts the built browser host from its entry, with its own home, settings and photos. */
import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TileGate } from '../engine/tile-gate.js';
import { makeTinyPlugin, type TinyKind } from '../engine/tiny-plugin.js';

const MODELS = fileURLToPath(new URL('../../models', import.meta.url));
const SERVER = fileURLToPath(new URL('../../out/main/server.js', import.meta.url));

/** Tile sizes of the tiny plug-ins, with which a photo of the tests has six tiles. */
const TINY_TILE = { preferred: 256, max: 512 };

export interface Host {
  /** Address with the token, for the first visit. */
  readonly address: string;
  readonly origin: string;
  /** Folder of photos; a root of the file chooser, named "photos". */
  readonly photos: string;
  /** Holds the engines before chosen tiles. */
  readonly gate: TileGate;
  /** Returns everything that was written to stderr. */
  readonly stderr: () => string;
  readonly stop: () => Promise<void>;
  /** Kills the host and starts it again. Returns the new address. */
  readonly crash: () => Promise<string>;
}

export interface HostOptions {
  /** Ids of built-in plug-ins to install once more. */
  readonly installed?: readonly string[];
  /** Plug-ins of the tests to install. */
  readonly tiny?: readonly TinyKind[];
  /** Further arguments of the command line. */
  readonly args?: readonly string[];
  /** Further environment variables. */
  readonly env?: NodeJS.ProcessEnv;
}

/** Starts a host with saved `settings`; without `welcomed`, it is the first start. */
export async function startHost(
  settings: Readonly<Record<string, unknown>>,
  { installed = [], tiny = [], args = [], env: more = {} }: HostOptions = {},
): Promise<Host> {
  const folder = mkdtempSync(join(tmpdir(), 'unsmear-e2e-'));
  const photos = join(folder, 'photos');
  const data = join(folder, 'data');
  for (const path of [photos, data]) mkdirSync(path);
  writeFileSync(join(data, 'settings.json'), JSON.stringify(settings));
  for (const id of installed) {
    cpSync(join(MODELS, id), join(data, 'plugins', id), { recursive: true });
  }
  for (const kind of tiny) await makeTinyPlugin(join(data, 'plugins'), kind, TINY_TILE);
  const gate = await TileGate.open();
  const cleanUp = async (): Promise<void> => {
    await gate.close();
    rmSync(folder, { recursive: true, force: true });
  };
  let stderr = '';
  const env = { ...process.env, ...gate.env, UNSMEAR_DATA_DIR: data, HOME: folder, ...more };
  const words = ['--port', '0', '--root', photos, ...args];
  const launch = (): Promise<Launched> =>
    startProgram(words, folder, env, (text) => (stderr += text));
  let program = await launch().catch(async (error: unknown) => {
    await cleanUp();
    throw error;
  });
  const stop = async (): Promise<void> => {
    gate.release();
    program.child.kill('SIGINT');
    const late = setTimeout(() => program.child.kill('SIGKILL'), 30_000);
    await program.ended;
    clearTimeout(late);
    await cleanUp();
  };
  const { address } = program;
  return {
    ...{ address, origin: new URL(address).origin, photos, gate, stop },
    stderr: () => stderr,
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

/** Resolves when the program has written its address. Throws if it exits before. */
async function startProgram(
  args: readonly string[],
  folder: string,
  env: NodeJS.ProcessEnv,
  onStderr: (text: string) => void,
): Promise<Launched> {
  const child = spawn(process.execPath, [SERVER, ...args], { cwd: folder, env });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString('utf8');
    onStderr(chunk.toString('utf8'));
  });
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  const line = await firstLine(child, ended);
  const address = /^Unsmear is ready: (http:\S+)/.exec(line)?.[1];
  if (address !== undefined) return { child, ended, address };
  child.kill('SIGKILL');
  throw new Error(`The host did not start: ${line}${stderr}`);
}

/** Resolves with the output up to the first line break, or with all of it if the program exits. */
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
