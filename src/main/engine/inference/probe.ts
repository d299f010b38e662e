/**
 * Tests which providers work on this machine: runs a small graph on each and compares the answer
 * with the CPU's. Runs in the worker thread of a process of its own, since a driver may crash.
 */
import { InferenceSession, listSupportedBackends, Tensor } from 'onnxruntime-node';
import {
  PROVIDER_IDS,
  type ProviderId,
  type ProviderStatus,
} from '../../../shared/contracts/providers.js';
import { deviceName } from './device-name.js';
import { encodeModel } from './onnx-bytes.js';
import { sessionOptions } from './sessions.js';
import type { ErrorData } from '../../../shared/core/errors.js';

const SIDE = 64;
const CHANNELS = 8;
/** Largest allowed difference from the CPU's answer; a GPU sums in another order. */
const TOLERANCE = 1e-3;

/** Returns the providers that this build of the runtime contains. */
export function bundledProviders(): ProviderId[] {
  const names = new Set(listSupportedBackends().map((backend) => backend.name));
  return PROVIDER_IDS.filter((id) => id === 'cpu' || names.has(id));
}

/** Never rejects: a provider that fails is not available. */
export async function probeProvider(id: ProviderId): Promise<ProviderStatus> {
  const bundled = bundledProviders().includes(id);
  const device = bundled ? await deviceName(id) : null;
  const answer = (available: boolean, probed: boolean, reason: ErrorData | null) => {
    return { id, available, probed, device, reason };
  };
  if (!bundled) {
    return answer(false, false, notIncluded());
  }
  try {
    const expected = await runProbe('cpu');
    const actual = id === 'cpu' ? expected : await runProbe(id);
    const worst = largestDifference(expected, actual);
    if (worst <= TOLERANCE) return answer(true, true, null);
    return answer(false, true, unusable('differs'));
  } catch (error) {
    return answer(false, true, testFailed(error));
  }
}

/** Returns why a provider that works is not used. */
export function unusable(reason: 'differs' | 'slow'): ErrorData {
  return { code: 'device-unusable', params: { reason } };
}

/** Returns why a provider is not used that this build of the runtime lacks. */
export function notIncluded(): ErrorData {
  const system = `${process.platform} ${process.arch}`;
  return { code: 'device-unusable', params: { reason: 'not-included', system } };
}

/** Returns why a provider is not used whose test threw. */
export function testFailed(error: unknown): ErrorData {
  return { code: 'device-unusable', params: { reason: 'other', details: firstLine(error) } };
}

/** Strips source position, failed condition and stack from the runtime's message. */
export function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const line = (text.split('\n')[0] ?? '')
    .replace(/^.* was false\. /, '')
    .replace(/^\/\S+:\d+ /, '');
  return line.slice(0, 300).trim();
}

/** Returns the largest absolute difference; infinite if any value is NaN. */
export function largestDifference(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Infinity;
  let worst = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i]! - b[i]!);
    if (!(difference <= worst)) worst = Number.isNaN(difference) ? Infinity : difference;
  }
  return worst;
}

/** Returns a deterministic picture with edges and gradients, values 0..1. */
export function testPattern(count: number): Float32Array {
  return Float32Array.from(
    { length: count },
    (_, i) => ((i * 7919 + (i >> 5) * 104729) % 256) / 255,
  );
}

/**
 * Returns the milliseconds that the provider takes for a tiny graph, once compiled: a few on a GPU,
 * a hundred on a software rasteriser, which computes correctly but is too slow to help.
 */
export async function reactionMs(provider: ProviderId): Promise<number> {
  return withProbe(provider, 32, async (run) => {
    // The first run compiles. The faster of two more counts: another program may interfere.
    const times: number[] = [];
    for (let i = 0; i < 3; i++) {
      const start = performance.now();
      await run();
      times.push(performance.now() - start);
    }
    return Math.min(...times.slice(1));
  });
}

function runProbe(provider: ProviderId): Promise<Float32Array> {
  return withProbe(provider, SIDE, async (run) => {
    const { restored } = await run();
    if (!(restored?.data instanceof Float32Array)) throw new Error('It gave no answer.');
    return restored.data.slice();
  });
}

/** Calls `work` with a function that runs the probe's graph on a test pattern. */
async function withProbe<T>(
  provider: ProviderId,
  side: number,
  work: (run: () => Promise<InferenceSession.OnnxValueMapType>) => Promise<T>,
): Promise<T> {
  const model = probeModel(side, CHANNELS);
  const session = await InferenceSession.create(model, sessionOptions(provider, 1));
  try {
    const image = new Tensor('float32', testPattern(3 * side * side), [1, 3, side, side]);
    return await work(() => session.run({ image }));
  } finally {
    await session.release();
  }
}

/** Encodes image + conv(relu(conv(relu(conv(image))))) with fixed weights. */
function probeModel(side: number, channels: number): Uint8Array {
  const weights = (name: string, out: number, into: number) => ({
    name,
    shape: [out, into, 3, 3],
    // Scaled down so that the sum over all channels stays in range.
    data: Float32Array.from(
      { length: out * into * 9 },
      (_, i) => (((i * 31) % 17) - 8) / (27 * into),
    ),
  });
  const attributes = { pads: [1, 1, 1, 1], kernel_shape: [3, 3] };
  const shape = [1, 3, side, side];
  return encodeModel({
    inputs: [{ name: 'image', shape }],
    outputs: [{ name: 'restored', shape }],
    constants: [
      weights('w1', channels, 3),
      weights('w2', channels, channels),
      weights('w3', 3, channels),
    ],
    nodes: [
      { op: 'Conv', inputs: ['image', 'w1'], outputs: ['a'], attributes },
      { op: 'Relu', inputs: ['a'], outputs: ['b'] },
      { op: 'Conv', inputs: ['b', 'w2'], outputs: ['c'], attributes },
      { op: 'Relu', inputs: ['c'], outputs: ['d'] },
      { op: 'Conv', inputs: ['d', 'w3'], outputs: ['e'], attributes },
      { op: 'Add', inputs: ['image', 'e'], outputs: ['restored'] },
    ],
  });
}
