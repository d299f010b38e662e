/** Starts the built browser host as users start it, with a home, settings and photos of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TileGate } from '../engine/tile-gate.js';
import { makeTinyPlugin, type TinyKind } from '../engine/tiny-plugin.js';

const MODELS = fileURLToPath(new URL('../../models', import.meta.url));
const SERVER = fileURLToPath(new URL('../../out/main/server.js', import.meta.url));

/** Tiles of the tiny plug-ins: a photo of the tests has six. */
const TINY_TILE = { preferred: 256, max: 512 };

export interface Host {
  /** Address with the token, for the first visit. */
  readonly address: string;
  readonly origin: string;
  /** Folder of photos; a root of the file chooser, named "photos". */
  readonly photos: string;
  /** Holds the engines before chosen tiles. */
  readonly gate: TileGate;
  /** Everything written to stderr. */
  readonly complaints: () => string;
  readonly stop: () => Promise<void>;
  /** Kills it and starts it again. Returns the new address. */
  readonly crash: () => Promise<string>;
}

export interface HostOptions {
  /** Ids of built-in plug-ins that the user has installed again. */
  readonly installed?: readonly string[];
  /** Plug-ins of the tests to install. */
  readonly tiny?: readonly TinyKind[];
  /** Further arguments of the command line. */
  readonly args?: readonly string[];
  /** Further environment variables. */
  readonly env?: NodeJS.ProcessEnv;
}

/** `settings` are those of earlier sessions; without `welcomed` it is the very first start. */
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
    complaints: () => stderr,
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
  folder: string,
  env: NodeJS.ProcessEnv,
  complain: (text: string) => void,
): Promise<Launched> {
  const child = spawn(process.execPath, [SERVER, ...args], { cwd: folder, env });
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
