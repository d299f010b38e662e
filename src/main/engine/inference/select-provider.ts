/**
 * Chooses the provider for a plug-in. The runtime does not fall back by itself, so each candidate
 * gets a session, runs a small tile and is compared with the CPU's answer before it is trusted.
 * Runs in the worker thread.
 */
import type { Manifest } from '../../../shared/contracts/manifest.js';
import type { ProviderChoice, ProviderId } from '../../../shared/contracts/providers.js';
import {
  bundledProviders,
  notIncluded,
  reactionMs,
  testFailed,
  testPattern,
  unusable,
} from './probe.js';
import type { LoadSpec } from './protocol.js';
import { PluginSessions } from './sessions.js';
import { firstStageCall } from './stage-call.js';
import type { ErrorData, WarningData } from '../../../shared/core/errors.js';

/**
 * Mean absolute difference from the CPU, as a share of the range; allows a flipped top-k choice.
 */
const MEAN_TOLERANCE = 0.002;

/** Slower providers are rejected before a whole network is compiled, which may take a minute. */
const MAX_REACTION_MS = 40;

export interface Loaded {
  readonly sessions: PluginSessions;
  /** The CPU's sessions: the reference for self-tests, and for retries. */
  readonly cpu: PluginSessions;
  readonly warnings: readonly WarningData[];
}

export interface SelectionHost {
  /** Awaited before each risky step, to attribute a native crash; `null` after it. */
  announce(provider: ProviderId | null): Promise<unknown>;
  /** Runs one stage of a self-test, `side` pixels square, within its time limit. */
  test<T>(provider: ProviderId, side: number, run: () => Promise<T>): Promise<T>;
}

/**
 * Loads a plug-in on the best provider that works, else on the CPU. Rejects with `plugin-invalid`
 * or `plugin-failed` if the CPU cannot run it.
 */
export async function selectProvider(spec: LoadSpec, host: SelectionHost): Promise<Loaded> {
  const cpu = await PluginSessions.load(spec.plugin, 'cpu', spec.threads);
  const warnings: WarningData[] = [];
  for (const provider of candidates(spec.provider)) {
    const result = await tryProvider(provider, spec, cpu, host);
    if (result instanceof PluginSessions) return { sessions: result, cpu, warnings };
    // With 'auto' a missing GPU is normal; requested by name it deserves a warning.
    if (spec.provider !== 'auto') {
      const params = { device: provider, problem: result };
      warnings.push({ code: 'device-replaced', params });
    }
  }
  return { sessions: cpu, cpu, warnings };
}

/** Returns the provider's sessions, or the reason why it cannot be used. */
async function tryProvider(
  provider: ProviderId,
  spec: LoadSpec,
  cpu: PluginSessions,
  host: SelectionHost,
): Promise<PluginSessions | ErrorData> {
  const fault = spec.broken[provider];
  if (fault !== undefined) return fault;
  if (!bundledProviders().includes(provider)) return notIncluded();
  await host.announce(provider);
  let sessions: PluginSessions | null = null;
  try {
    if (
      spec.provider === 'auto' &&
      (await host.test(provider, 32, () => reactionMs(provider))) > MAX_REACTION_MS
    ) {
      return unusable('slow');
    }
    sessions = await PluginSessions.load(spec.plugin, provider, spec.threads);
    const expected = await selfTest(cpu, spec.plugin.manifest, host);
    const reason = rejection(
      expected,
      await selfTest(sessions, spec.plugin.manifest, host),
      spec.provider,
    );
    if (reason === null) return sessions;
    await sessions.release();
    return reason;
  } catch (error) {
    await sessions?.release();
    return testFailed(error);
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

/** Returns the reason to reject a provider after its self-test; `null` = it may be used. */
function rejection(expected: SelfTest, actual: SelfTest, choice: ProviderChoice): ErrorData | null {
  let sum = 0;
  for (let i = 0; i < expected.restored.length; i++) {
    sum += Math.abs(expected.restored[i]! - actual.restored[i]!);
  }
  const mean = sum / expected.restored.length;
  // Negated, so that NaN fails too.
  if (!(mean <= MEAN_TOLERANCE)) return unusable('differs');
  if (choice === 'auto' && actual.ms > expected.ms) return unusable('slow');
  return null;
}

/** Runs all stages on a small fixed tile, twice: the first run compiles, the second is timed. */
async function selfTest(
  sessions: PluginSessions,
  manifest: Manifest,
  host: SelectionHost,
): Promise<SelfTest> {
  const side = manifest.tile.fixed ? manifest.tile.preferred : roundUp(manifest);
  const [low, high] = manifest.image.range;
  const image = testPattern(3 * side * side).map((value) => low + value * (high - low));
  const restored = new Float32Array(image.length);
  let ms = 0;
  for (let round = 0; round < 2; round++) {
    ms = 0;
    for (let stage = 0; stage < manifest.stages.length; stage++) {
      const first = firstStageCall(image.slice(), side, restored);
      const call = stage === 0 ? first : { ...first, stage, image: null };
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
