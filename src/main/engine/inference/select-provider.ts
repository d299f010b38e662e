/**
 * Chooses the provider for a plug-in. The runtime does not fall back by itself, so each candidate
 * gets a session, runs a small tile and is compared with the CPU's answer before it is trusted.
 * Runs in the worker thread.
 */
import type { Manifest } from '../../../shared/contracts/manifest.js';
import type { ProviderChoice, ProviderId } from '../../../shared/contracts/providers.js';
import type { ErrorData, WarningData } from '../../../shared/core/errors.js';
import { deviceName } from './device-name.js';
import { absence, agree, runProbe, testFailed, type TestRun } from './probe.js';
import { unusable, type LoadSpec } from './protocol.js';
import { PluginSessions } from './sessions.js';
import { firstStageCall, testPattern } from './stage-call.js';

/** Slower providers are rejected before a whole network is compiled, which may take a minute. */
const MAX_PROBE_MS = 40;

/** GPU providers that `auto` tries, best first. */
const AUTO: Partial<Record<NodeJS.Platform, readonly ProviderId[]>> = {
  win32: ['webgpu', 'dml'],
  darwin: ['webgpu', 'coreml'],
  linux: ['cuda', 'webgpu'],
};

export interface Loaded {
  readonly sessions: PluginSessions;
  /** The CPU's sessions: the reference for self-tests, and for retries. */
  readonly cpu: PluginSessions;
  readonly warnings: readonly WarningData[];
}

interface SelectionHost {
  /** Awaited before each risky step, to attribute a native crash; `null` after it. */
  announce(provider: ProviderId | null): Promise<unknown>;
  /** Runs a step of a self-test within its time limit. */
  test<T>(provider: ProviderId, run: () => Promise<T>): Promise<T>;
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

/** Returns the providers to try before the CPU, best first. */
function candidates(choice: ProviderChoice): readonly ProviderId[] {
  if (choice === 'auto') return AUTO[process.platform] ?? [];
  return choice === 'cpu' ? [] : [choice];
}

/** Returns the provider's sessions, or the reason why it cannot be used. */
async function tryProvider(
  provider: ProviderId,
  spec: LoadSpec,
  cpu: PluginSessions,
  host: SelectionHost,
): Promise<PluginSessions | ErrorData> {
  const known = spec.broken[provider] ?? absence(provider);
  if (known) return known;
  const mustBeFast = spec.provider === 'auto';
  await host.announce(provider);
  let sessions: PluginSessions | null = null;
  try {
    if (mustBeFast) {
      const { ms } = await host.test(provider, () => runProbe(provider));
      if (ms > MAX_PROBE_MS) return unusable({ reason: 'slow' });
    }
    // The system needs seconds to answer: begins while the network is compiled.
    void deviceName(provider);
    sessions = await PluginSessions.load(spec.plugin, provider, spec.threads);
    const { manifest } = spec.plugin;
    const expected = await selfTest(cpu, manifest, host);
    const actual = await selfTest(sessions, manifest, host);
    const [low, high] = manifest.image.range;
    const agrees = agree(expected, actual, high - low);
    if (agrees && !(mustBeFast && actual.ms > expected.ms)) return sessions;
    await sessions.release();
    return unusable({ reason: agrees ? 'slow' : 'differs' });
  } catch (error) {
    await sessions?.release();
    return testFailed(error);
  } finally {
    await host.announce(null);
  }
}

/** Runs all stages on a small fixed tile, twice: the first run compiles, the second is timed. */
async function selfTest(
  sessions: PluginSessions,
  manifest: Manifest,
  host: SelectionHost,
): Promise<TestRun> {
  const side = testSide(manifest);
  const [low, high] = manifest.image.range;
  const image = testPattern(3 * side * side).map((value) => low + value * (high - low));
  const restored = new Float32Array(image.length);
  const first = firstStageCall(image, side, restored);
  let ms = 0;
  for (let round = 0; round < 2; round++) {
    ms = 0;
    for (const stage of manifest.stages.keys()) {
      const call = stage === 0 ? first : { ...first, stage, image: null };
      ms += (await host.test(sessions.provider, () => sessions.run(call))).ms;
    }
  }
  sessions.clear();
  return { restored, ms };
}

function testSide({ tile }: Manifest): number {
  if (tile.fixed) return tile.preferred;
  return Math.ceil(Math.max(tile.min, 128) / tile.multipleOf) * tile.multipleOf;
}
