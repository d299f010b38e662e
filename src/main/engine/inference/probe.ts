/**
 * Tests which providers work on this machine: runs a small graph on each and compares the answer
 * with the CPU's. Runs in the worker thread of a process of its own, since a driver may crash.
 */
import { InferenceSession, listSupportedBackends, Tensor } from 'onnxruntime-node';
import type { ProviderId, ProviderStatus } from '../../../shared/contracts/providers.js';
import { errorText, type ErrorData } from '../../../shared/core/errors.js';
import { encodeModel } from '../../plugins/onnx-writer.js';
import { deviceName } from './device-name.js';
import { unusable } from './protocol.js';
import { sessionOptions } from './sessions.js';
import { testPattern } from './stage-call.js';

/** Answer of a network to a test pattern. */
export interface TestRun {
  readonly restored: Float32Array;
  /** Milliseconds of a run after the first, which compiles. */
  readonly ms: number;
}

/** Largest difference from the CPU's answer that the probe allows: a GPU sums in another order. */
const TOLERANCE = 0.001;
/**
 * Largest mean difference of a network, as a share of its range. Single values may differ more: a
 * top-k choice may flip.
 */
const MEAN_TOLERANCE = 0.002;

/** Never rejects: a provider that fails is not available. */
export async function probeProvider(id: ProviderId): Promise<ProviderStatus> {
  const absent = absence(id);
  if (absent) return { id, available: false, probed: false, device: null, reason: absent };
  const device = await deviceName(id);
  const reason = await probeProblem(id).catch(testFailed);
  return { id, available: reason === null, probed: true, device, reason };
}

async function probeProblem(id: ProviderId): Promise<ErrorData | null> {
  const expected = await runProbe('cpu');
  const actual = id === 'cpu' ? expected : await runProbe(id);
  return largestDifference(expected, actual) <= TOLERANCE ? null : unusable({ reason: 'differs' });
}

/** Returns why this build of the runtime cannot use a provider; `null` if it contains it. */
export function absence(id: ProviderId): ErrorData | null {
  if (id === 'cpu' || listSupportedBackends().some(({ name }) => name === id)) return null;
  const system = `${process.platform} ${process.arch}`;
  return unusable({ reason: 'not-included', system });
}

/** Returns the first line of what a test threw, without source position and failed condition. */
export function testFailed(error: unknown): ErrorData {
  const [line = ''] = errorText(error).split('\n');
  const details = line.replace(/^.* was false\. /, '').replace(/^\/\S+:\d+ /, '');
  return unusable({ reason: 'other', details: details.slice(0, 300).trim() });
}

/** Returns the largest absolute difference of two answers; infinite if a value is not a number. */
export function largestDifference(expected: TestRun, actual: TestRun): number {
  if (expected.restored.length !== actual.restored.length) return Infinity;
  let largest = 0;
  expected.restored.forEach((value, i) => {
    const difference = Math.abs(value - actual.restored[i]!);
    largest = difference >= 0 ? Math.max(largest, difference) : Infinity;
  });
  return largest;
}

/** Compares the answers of a network whose values span `range`. */
export function agree(expected: TestRun, actual: TestRun, range: number): boolean {
  let sum = 0;
  expected.restored.forEach((value, i) => (sum += Math.abs(value - actual.restored[i]!)));
  // NaN never agrees.
  return sum / expected.restored.length <= MEAN_TOLERANCE * range;
}

const SIDE = 32;
const CHANNELS = 8;
/** The fastest run after the first counts: another program may interfere. */
const RUNS = 3;

/** Runs the probe's graph. Rejects with the runtime's error. */
export async function runProbe(provider: ProviderId): Promise<TestRun> {
  const session = await InferenceSession.create(PROBE, sessionOptions(provider, 1));
  try {
    const image = new Tensor('float32', testPattern(3 * SIDE * SIDE), [1, 3, SIDE, SIDE]);
    const times: number[] = [];
    let restored = new Float32Array();
    for (let run = 0; run < RUNS; run++) {
      const start = performance.now();
      const results = await session.run({ image });
      times.push(performance.now() - start);
      restored = Float32Array.from(results.restored!.data as Float32Array);
    }
    return { restored, ms: Math.min(...times.slice(1)) };
  } finally {
    await session.release();
  }
}

/** Graph of image + conv(relu(conv(relu(conv(image))))) with fixed weights. */
const PROBE = encodeModel({
  inputs: [{ name: 'image', shape: [1, 3, SIDE, SIDE] }],
  outputs: [{ name: 'restored', shape: [1, 3, SIDE, SIDE] }],
  constants: [
    weights('w1', CHANNELS, 3),
    weights('w2', CHANNELS, CHANNELS),
    weights('w3', 3, CHANNELS),
  ],
  nodes: [
    convolution('image', 'w1', 'a'),
    { op: 'Relu', inputs: ['a'], outputs: ['b'] },
    convolution('b', 'w2', 'c'),
    { op: 'Relu', inputs: ['c'], outputs: ['d'] },
    convolution('d', 'w3', 'e'),
    { op: 'Add', inputs: ['image', 'e'], outputs: ['restored'] },
  ],
});

function convolution(input: string, weights: string, output: string) {
  const attributes = { pads: [1, 1, 1, 1], kernel_shape: [3, 3] };
  return { op: 'Conv', inputs: [input, weights], outputs: [output], attributes };
}

/** Scaled down so that the sum over all channels stays in range. */
function weights(name: string, out: number, into: number) {
  const value = (i: number) => (((i * 31) % 17) - 8) / (27 * into);
  const data = Float32Array.from({ length: out * into * 9 }, (_, i) => value(i));
  return { name, shape: [out, into, 3, 3], data };
}
