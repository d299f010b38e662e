/** ONNX Runtime sessions of one plug-in on one provider. Runs in the worker thread only. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { UnsmearError } from '../../../shared/core/errors.js';
import type { Manifest, ManifestStage } from '../../../shared/contracts/manifest.js';
import type { ProviderId } from '../../../shared/contracts/providers.js';
import { requireUnchanged, type VerifiedPlugin } from '../../plugins/verify.js';
import type { Planes } from '../../tiling/orientation.js';
import type { StageCall, StageResult } from './protocol.js';

export class PluginSessions {
  /** Tensors that the tile's later stages read: its image, its hints, and states. */
  private readonly held = new Map<string, Tensor>();

  private constructor(
    readonly provider: ProviderId,
    private readonly manifest: Manifest,
    private readonly sessions: readonly InferenceSession[],
  ) {}

  /** Rejects with `plugin-invalid` for wrong names, and with the runtime's errors. */
  static async load(
    plugin: VerifiedPlugin,
    provider: ProviderId,
    threads: number,
  ): Promise<PluginSessions> {
    const { manifest, files } = plugin;
    const sessions: InferenceSession[] = [];
    try {
      await requireUnchanged(plugin);
      for (const { file } of manifest.stages) {
        const { path } = files[file]!;
        sessions.push(await InferenceSession.create(path, sessionOptions(provider, threads)));
      }
      const loaded = new PluginSessions(provider, manifest, sessions);
      loaded.checkNames();
      return loaded;
    } catch (error) {
      await Promise.all(sessions.map((session) => session.release()));
      throw error;
    }
  }

  /** Runs a stage. Throws `plugin-invalid` if its tensors do not fit the manifest or the tile. */
  async run(call: StageCall): Promise<StageResult> {
    const stage = this.manifest.stages[call.stage];
    const session = this.sessions[call.stage];
    if (!stage || !session) {
      const details = `No stage ${call.stage}.`;
      throw new UnsmearError('internal', { reason: 'unexpected', details });
    }
    if (call.image) this.hold(call.image, call);
    const feeds = this.feeds(session, stage, call.budget);
    const start = performance.now();
    const results = (await session.run(feeds)) as Readonly<Record<string, Tensor>>;
    const ms = performance.now() - start;
    for (const name of stage.outputs.state) this.held.set(name, outputOf(results, name, stage));
    const restored = floats(outputOf(results, restoredName(session, stage), stage));
    if (restored.length !== call.into.length)
      throw broken('the size of an image differs from the tile’s');
    call.into.set(restored);
    const { difficulty } = stage.outputs;
    return {
      difficulty: difficulty === undefined ? null : asMap(outputOf(results, difficulty, stage)),
      maps: mapsOf(results, stage, call.maps),
      ms,
    };
  }

  /** Drops the held tensors; the runtime's arena stays. */
  clear(): void {
    this.held.clear();
  }

  async release(): Promise<void> {
    this.clear();
    await Promise.all(this.sessions.map((session) => session.release()));
  }

  private hold(image: Float32Array, call: StageCall): void {
    const { width, height, roi, guess } = call;
    this.held.clear();
    const shape = [1, 3, height, width];
    this.held.set('\0image', new Tensor('float32', image, shape));
    this.held.set('\0guess', new Tensor('float32', guess ?? image, shape));
    const stride = this.manifest.roiStride;
    const h = Math.ceil(height / stride);
    const w = Math.ceil(width / stride);
    const data = new Float32Array(h * w);
    const gain = this.manifest.roiGain;
    roi?.forEach((strength, i) => (data[i] = strength * gain));
    this.held.set('\0roi', new Tensor('float32', data, [1, 1, h, w]));
  }

  private feeds(
    session: InferenceSession,
    stage: ManifestStage,
    budget: number,
  ): Record<string, Tensor> {
    const { inputs } = this.manifest;
    const feeds: Record<string, Tensor> = {};
    for (const name of session.inputNames) {
      let tensor: Tensor | undefined;
      if (name === imageName(session, this.manifest)) tensor = this.held.get('\0image');
      else if (name === inputs.guess) tensor = this.held.get('\0guess');
      else if (name === inputs.roi) tensor = this.held.get('\0roi');
      else if (name === inputs.budget) tensor = new Tensor('float32', Float32Array.of(budget), [1]);
      else tensor = this.held.get(name);
      if (!tensor)
        throw broken(`stage "${stage.label}" needs an input "${name}" that no stage provides`);
      feeds[name] = tensor;
    }
    return feeds;
  }

  /** Throws `plugin-invalid` if the manifest names tensors that the graphs do not have. */
  private checkNames(): void {
    this.manifest.stages.forEach((stage, i) => {
      const session = this.sessions[i]!;
      const { inputs } = this.manifest;
      const image = imageName(session, this.manifest);
      const given = new Set([image, inputs.guess, inputs.roi, inputs.budget]);
      for (const name of stage.inputs) given.add(name);
      for (const name of session.inputNames) {
        if (!given.has(name)) throw broken(`stage "${stage.label}" has an unknown input "${name}"`);
      }
      const outputs = [
        restoredName(session, stage),
        stage.outputs.difficulty,
        ...stage.outputs.state,
        ...Object.values(mapNames(stage, true)),
      ];
      for (const name of outputs) {
        if (name === undefined || session.outputNames.includes(name)) continue;
        throw broken(`stage "${stage.label}" has no output "${name}"`);
      }
    });
  }
}

/** Returns the outputs of a stage that are maps. Those about the blur are small, so always kept. */
function mapNames({ outputs, maps }: ManifestStage, all: boolean) {
  const { extent, kind } = outputs;
  const { samples, attention, offsets } = maps;
  return { extent, kind, ...(all ? { samples, attention, offsets } : {}) };
}

function mapsOf(results: Readonly<Record<string, Tensor>>, stage: ManifestStage, all: boolean) {
  const maps: Record<string, Planes> = {};
  for (const [key, name] of Object.entries(mapNames(stage, all))) {
    if (name !== undefined) maps[key] = asMap(outputOf(results, name, stage));
  }
  return maps;
}

function imageName(session: InferenceSession, manifest: Manifest): string {
  const named = manifest.inputs.image;
  if (named !== undefined) return named;
  if (session.inputNames.length === 1) return session.inputNames[0]!;
  throw broken('inputs.image must be named, since the graph has several inputs');
}

function restoredName(session: InferenceSession, stage: ManifestStage): string {
  if (stage.outputs.restored !== undefined) return stage.outputs.restored;
  if (session.outputNames.length === 1) return session.outputNames[0]!;
  throw broken('outputs.restored must be named, since the graph has several outputs');
}

/** Throws `plugin-invalid` if the stage has not returned the output. */
function outputOf(
  results: Readonly<Record<string, Tensor>>,
  name: string,
  stage: ManifestStage,
): Tensor {
  const tensor = results[name];
  if (!tensor) throw broken(`stage "${stage.label}" gave no output "${name}"`);
  return tensor;
}

function floats(tensor: Tensor): Float32Array {
  if (tensor.data instanceof Float32Array) return tensor.data;
  throw broken('an output is not float32');
}

/** Reads a [1,C,h,w] (or [1,h,w], [h,w]) output as a map. */
function asMap(tensor: Tensor): Planes {
  const [width = 1, height = 1, channels = 1] = [...tensor.dims].reverse();
  return { data: floats(tensor), channels, height, width };
}

function broken(message: string): UnsmearError {
  return new UnsmearError('plugin-invalid', { reason: 'graph', details: message });
}

export function sessionOptions(
  provider: ProviderId,
  threads: number,
): InferenceSession.SessionOptions {
  const common: InferenceSession.SessionOptions = {
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  };
  switch (provider) {
    case 'cpu':
      return {
        ...common,
        executionProviders: ['cpu'],
        extra: {
          session: {
            // Denormals in nearly dark features slow a convolution down many times.
            set_denormal_as_zero: '1',
            // Each session has its own pool: threads that spin take cores from the next stage.
            'intra_op.allow_spinning': '0',
          },
        },
      };
    case 'dml':
      // DirectML requires sequential execution and no memory pattern.
      return { ...common, executionProviders: ['dml'], enableMemPattern: false };
    case 'coreml':
      // ML program, static shapes: dynamic partitions fail at the first run.
      return { ...common, executionProviders: [{ name: 'coreml', coreMlFlags: 0x18 }] };
    case 'webgpu':
    case 'cuda':
      return { ...common, executionProviders: [provider] };
  }
}
