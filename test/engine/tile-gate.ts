/**
 * Holds engines before a tile of the test's choice, whatever process they run in and however fast the network is.
 * Every engine that is started in `env`, or by `spawn`, asks the gate before each tile; until `hold` is called all pass.
 */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { forkEngine, type SpawnEngine } from '../../src/main/engine/spawn.js';
import { ENTRY } from './harness.js';

/** A tile that an engine is about to compute. */
export interface Step {
  /** Process id of the engine. */
  readonly pid: number;
  /** Id of the restoration that the tile belongs to: a job's, or an open photo's. */
  readonly session: string;
  readonly tile: number;
  /** Number of the step since the gate was opened, from 1. */
  readonly step: number;
  /** Number of the step's restoration since the gate was opened, from 1. */
  readonly photo: number;
}

export class TileGate {
  private readonly sessions = new Set<string>();
  private readonly held = new Set<Socket>();
  private steps = 0;
  private which: ((step: Step) => boolean) | null = null;
  private reached: (step: Step) => void = () => undefined;

  private constructor(private readonly server: Server) {
    server.on('connection', (socket) => this.asked(socket));
  }

  static async open(): Promise<TileGate> {
    const gate = new TileGate(createServer());
    gate.server.listen(0, '127.0.0.1');
    await once(gate.server, 'listening');
    return gate;
  }

  /** Environment for a program whose engines are to ask this gate. */
  get env(): Record<string, string> {
    const preload = new URL('gate-preload.js', import.meta.url).href;
    const { port } = this.server.address() as AddressInfo;
    const options = [process.env.NODE_OPTIONS, `--import=${preload}`].filter(Boolean).join(' ');
    return { NODE_OPTIONS: options, UNSMEAR_TEST_GATE: String(port) };
  }

  /** Starts an engine that asks this gate, for an `EngineClient`. */
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

  /** From now on holds every step that `which` accepts. Resolves with the first one, while it is held. */
  hold(which: (step: Step) => boolean = () => true): Promise<Step> {
    this.which = which;
    return new Promise((resolve) => (this.reached = resolve));
  }

  /** Lets held steps and all later ones pass. */
  release(): void {
    this.which = null;
    for (const socket of this.held) socket.end();
    this.held.clear();
  }

  /** Lets everything pass and stops listening. */
  async close(): Promise<void> {
    this.release();
    this.server.close();
    await once(this.server, 'close');
  }

  private asked(socket: Socket): void {
    let text = '';
    socket.on('error', () => undefined);
    // The engine was killed, or has heard of a cancel.
    socket.on('close', () => this.held.delete(socket));
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      if (!text.endsWith('\n')) return;
      const step = this.numbered(JSON.parse(text) as Omit<Step, 'step' | 'photo'>);
      if (this.which?.(step) === true) {
        this.held.add(socket);
        this.reached(step);
      } else socket.end();
    });
  }

  private numbered(told: Omit<Step, 'step' | 'photo'>): Step {
    this.steps += 1;
    this.sessions.add(told.session);
    const photo = [...this.sessions].indexOf(told.session) + 1;
    return { ...told, step: this.steps, photo };
  }
}
