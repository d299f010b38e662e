/**
 * Holds an engine before a tile that the test chooses, in any process and with any network. Every
 * engine that is started in `env`, or by `spawn`, asks the gate before each tile; all pass but the
 * one to hold.
 */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { forkEngine, type SpawnEngine } from '../../src/main/engine/supervisor/spawn.js';
import { ENTRY } from './harness.js';

/** A tile that an engine is about to compute. */
export interface Step {
  /** Process id of the engine. */
  readonly pid: number;
  /** Id of the restoration to which the tile belongs. */
  readonly session: string;
  readonly tile: number;
}

/** Step to hold: the n-th from now, or the first one of the n-th restoration from now. */
export type Target = { readonly step: number } | { readonly photo: number };

interface Hold {
  /** Steps or restorations still to pass, including the one to hold. */
  left: number;
  readonly counts: 'steps' | 'photos';
  readonly reached: (step: Step) => void;
}

export class TileGate {
  private readonly sessions = new Set<string>();
  private readonly held = new Set<Socket>();
  private wanted: Hold | null = null;

  private constructor(private readonly server: Server) {
    server.on('connection', (socket) => this.asked(socket));
  }

  static async open(): Promise<TileGate> {
    const gate = new TileGate(createServer());
    gate.server.listen(0, '127.0.0.1');
    await once(gate.server, 'listening');
    return gate;
  }

  /** Environment for a program whose engines wait at this gate. */
  get env(): Record<string, string> {
    const preload = new URL('gate-preload.js', import.meta.url).href;
    const { port } = this.server.address() as AddressInfo;
    const options = [process.env.NODE_OPTIONS, `--import=${preload}`].filter(Boolean).join(' ');
    return { NODE_OPTIONS: options, UNSMEAR_TEST_GATE: String(port) };
  }

  /** Starts an engine that waits at this gate, for an `EngineSupervisor`. */
  readonly spawn: SpawnEngine = (args) => {
    const before = { ...process.env };
    Object.assign(process.env, this.env);
    try {
      return forkEngine(args, ENTRY);
    } finally {
      for (const name of Object.keys(this.env)) {
        if (before[name] === undefined) Reflect.deleteProperty(process.env, name);
        else process.env[name] = before[name];
      }
    }
  };

  /** Holds one step. Resolves with it while it is held. */
  hold(target: Target = { step: 1 }): Promise<Step> {
    return new Promise((reached) => {
      this.wanted =
        'step' in target
          ? { left: target.step, counts: 'steps', reached }
          : { left: target.photo, counts: 'photos', reached };
    });
  }

  /** Lets the held step pass. */
  release(): void {
    this.wanted = null;
    for (const socket of this.held) socket.end();
    this.held.clear();
  }

  /** Lets all steps pass and stops listening. */
  async close(): Promise<void> {
    this.release();
    this.server.close();
    await once(this.server, 'close');
  }

  private asked(socket: Socket): void {
    let text = '';
    socket.on('error', () => undefined);
    // The engine was killed or has received a cancel.
    socket.on('close', () => this.held.delete(socket));
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      if (!text.endsWith('\n')) return;
      this.decide(JSON.parse(text) as Step, socket);
    });
  }

  private decide(step: Step, socket: Socket): void {
    const { wanted } = this;
    const begins = !this.sessions.has(step.session);
    this.sessions.add(step.session);
    if (wanted !== null && (wanted.counts === 'steps' || begins)) wanted.left -= 1;
    if (wanted?.left !== 0) {
      socket.end();
      return;
    }
    this.wanted = null;
    this.held.add(socket);
    wanted.reached(step);
  }
}
