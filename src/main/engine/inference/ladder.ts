/**
 * Chooses the provider for a plug-in. The runtime does not fall back by itself, so each candidate gets
 * a session, runs a small tile and is compared with the CPU's answer before it is trusted. Runs in the
 * worker thread.
 */
import type { Manifest } from '../../../shared/contracts/manifest.js';
import type { ProviderChoice, ProviderId } from '../../../shared/contracts/providers.js';
import { bundledProviders, firstLine, reactionMs, testPattern } from './probe.js';
import type { LoadSpec, StageCall } from './protocol.js';
import { PluginSessions } from './sessions.js';

/** Mean absolute difference from the CPU, as a share of the range; allows a flipped top-k choice. */
const MEAN_TOLERANCE = 0.002;

/** Checked before compiling a whole network for the provider, which may take a minute. */
const MAX_REACTION_MS = 40;

export interface Loaded {
  readonly sessions: PluginSessions;
  /** The CPU's sessions: the reference for self-tests, and for retries. */
  readonly cpu: PluginSessions;
  readonly warnings: readonly string[];
}

export interface LadderHost {
  /** Awaited before each risky step, to attribute a native crash; `null` after it. */
  announce(provider: ProviderId | null): Promise<unknown>;
  /** Runs one stage of a self-test, `side` pixels square, within its time limit. */
  test<T>(provider: ProviderId, side: number, run: () => Promise<T>): Promise<T>;
}

export async function climb(spec: LoadSpec, host: LadderHost): Promise<Loaded> {
  const cpu = await PluginSessions.load(spec.plugin, 'cpu', spec.threads);
  const warnings: string[] = [];
  for (const provider of candidates(spec.provider)) {
    const refused = await tryRung(provider, spec, cpu, host);
    if (refused instanceof PluginSessions) return { sessions: refused, cpu, warnings };
    // With 'auto' a missing GPU is normal; requested by name it deserves a warning.
    if (spec.provider !== 'auto') {
      warnings.push(`${provider} could not be used (${refused}); the CPU was used instead.`);
    }
  }
  return { sessions: cpu, cpu, warnings };
}

async function tryRung(
  provider: ProviderId,
  spec: LoadSpec,
  cpu: PluginSessions,
  host: LadderHost,
): Promise<PluginSessions | string> {
  const known = spec.broken[provider];
  if (known !== undefined) return known;
  if (!bundledProviders().includes(provider)) return 'not part of this build';
  await host.announce(provider);
  let sessions: PluginSessions | null = null;
  try {
    if (
      spec.provider === 'auto' &&
      (await host.test(provider, 32, () => reactionMs(provider))) > MAX_REACTION_MS
    ) {
      return 'it is slower than the CPU';
    }
    sessions = await PluginSessions.load(spec.plugin, provider, spec.threads);
    const expected = await selfTest(cpu, spec.plugin.manifest, host);
    const reason = refuse(
      expected,
      await selfTest(sessions, spec.plugin.manifest, host),
      spec.provider,
    );
    if (reason === null) return sessions;
    await sessions.release();
    return reason;
  } catch (error) {
    await sessions?.release();
    return firstLine(error);
  } finally {
    await host.announce(null);
  }
}

/** Providers to try before the CPU, best first. */
function candidates(choice: ProviderChoice): ProviderId[] {
  if (choice === 'cpu') return [];
  if (choice !== 'auto') return [choice];
  const order: ProviderId[] =
    process.platform === 'win32'
      ? ['webgpu', 'dml']
      : process.platform === 'darwin'
        ? ['webgpu', 'coreml']
        : ['cuda', 'webgpu'];
  return order.filter((id) => bundledProviders().includes(id));
}

interface SelfTest {
  readonly restored: Float32Array;
  readonly ms: number;
}

function refuse(expected: SelfTest, actual: SelfTest, choice: ProviderChoice): string | null {
  let sum = 0;
  for (let i = 0; i < expected.restored.length; i++) {
    sum += Math.abs(expected.restored[i]! - actual.restored[i]!);
  }
  const mean = sum / expected.restored.length;
  if (!(mean <= MEAN_TOLERANCE)) return 'its answer differs from the CPU’s';
  if (choice === 'auto' && actual.ms > expected.ms) return 'it is slower than the CPU';
  return null;
}

/** Runs all stages on a small fixed tile, twice: the first run compiles, the second is timed. */
async function selfTest(
  sessions: PluginSessions,
  manifest: Manifest,
  host: LadderHost,
): Promise<SelfTest> {
  const side = manifest.tile.fixed ? manifest.tile.preferred : roundUp(manifest);
  const [low, high] = manifest.image.range;
  const image = testPattern(3 * side * side).map((value) => low + value * (high - low));
  const restored = new Float32Array(image.length);
  let ms = 0;
  for (let round = 0; round < 2; round++) {
    ms = 0;
    for (let stage = 0; stage < manifest.stages.length; stage++) {
      const call: StageCall = {
        ...{ stage, forceCpu: false, width: side, height: side, roi: null, budget: 1 },
        image: stage === 0 ? image.slice() : null,
        ...{ maps: false, into: restored, slot: 0 },
      };
      const result = await host.test(sessions.provider, side, () => sessions.run(call));
      ms += result.ms;
    }
  }
  sessions.clear();
  return { restored, ms };
}

function roundUp({ tile }: Manifest): number {
  return Math.ceil(Math.max(tile.min, 128) / tile.multipleOf) * tile.multipleOf;
}
