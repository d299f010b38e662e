/**
 * Choosing the provider for a plug-in. The runtime does not fall back by itself, so every rung is a
 * session that is made, run on a small tile and compared with the CPU's answer before it is trusted.
 * Runs in the worker thread.
 */
import type { Manifest } from '../../shared/manifest.js';
import type { ProviderChoice, ProviderId } from '../../shared/providers.js';
import { bundledProviders, firstLine, reactionMs, testPattern } from './probe.js';
import type { LoadSpec } from './protocol.js';
import { PluginSessions } from './sessions.js';

/** Mean absolute difference from the CPU, share of the range: a flipped top-k choice is allowed. */
const MEAN_TOLERANCE = 0.002;

/** Asked before a whole network is compiled for the provider, which may take a minute. */
const MAX_REACTION_MS = 40;

export interface Loaded {
  readonly sessions: PluginSessions;
  /** The CPU's sessions when another provider was chosen: the answer key, and for retries. */
  readonly cpu: PluginSessions;
  readonly warnings: readonly string[];
}

/** `announce` is awaited before each risky step, so that a native crash can be blamed. */
export async function climb(
  spec: LoadSpec,
  announce: (provider: ProviderId | null) => Promise<unknown>,
): Promise<Loaded> {
  const cpu = await PluginSessions.load(spec.folder, spec.manifest, 'cpu', spec.threads);
  const warnings: string[] = [];
  for (const provider of candidates(spec.provider)) {
    const refused = await tryRung(provider, spec, cpu, announce);
    if (refused instanceof PluginSessions) return { sessions: refused, cpu, warnings };
    // On 'auto' a missing GPU is no news; asked for by name it is.
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
  announce: (provider: ProviderId | null) => Promise<unknown>,
): Promise<PluginSessions | string> {
  const known = spec.broken[provider];
  if (known !== undefined) return known;
  if (!bundledProviders().includes(provider)) return 'not part of this build';
  await announce(provider);
  let sessions: PluginSessions | null = null;
  try {
    if (spec.provider === 'auto' && (await reactionMs(provider)) > MAX_REACTION_MS) {
      return 'it is slower than the CPU';
    }
    sessions = await PluginSessions.load(spec.folder, spec.manifest, provider, spec.threads);
    const expected = await selfTest(cpu, spec.manifest);
    const reason = refuse(expected, await selfTest(sessions, spec.manifest), spec.provider);
    if (reason === null) return sessions;
    await sessions.release();
    return reason;
  } catch (error) {
    await sessions?.release();
    return firstLine(error);
  } finally {
    await announce(null);
  }
}

/** Rungs above the CPU. */
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

/** All stages on a small fixed tile; the second run is timed, the first one compiles. */
async function selfTest(sessions: PluginSessions, manifest: Manifest): Promise<SelfTest> {
  const side = manifest.tile.fixed ? manifest.tile.preferred : roundUp(manifest);
  const [low, high] = manifest.image.range;
  const image = testPattern(3 * side * side).map((value) => low + value * (high - low));
  const restored = new Float32Array(image.length);
  let ms = 0;
  for (let round = 0; round < 2; round++) {
    ms = 0;
    for (let stage = 0; stage < manifest.stages.length; stage++) {
      const result = await sessions.run({
        stage,
        forceCpu: false,
        image: stage === 0 ? image.slice() : null,
        width: side,
        height: side,
        roi: null,
        budget: 1,
        maps: false,
        into: restored,
        slot: 0,
      });
      ms += result.ms;
    }
  }
  sessions.clear();
  return { restored, ms };
}

function roundUp({ tile }: Manifest): number {
  return Math.ceil(Math.max(tile.min, 128) / tile.multipleOf) * tile.multipleOf;
}
