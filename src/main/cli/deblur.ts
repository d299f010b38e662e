/** The subcommand `unsmear deblur`: restores the photos that the user names. */
import { basename } from 'node:path';
import type { RestoreReport, RoiHint } from '../../shared/contracts/restore.js';
import { toErrorData } from '../../shared/core/errors.js';
import { inEnglish, inSentences } from '../../shared/texts/explain.js';
import { restorePhotos, type RestoreJob, type RestoreListener } from '../app/restore.js';
import { EngineSupervisor } from '../engine/supervisor/engine-supervisor.js';
import { PluginRegistry } from '../plugins/registry.js';
import { Console } from './console.js';
import { exitCode } from './exit.js';
import { interruptible } from './interrupt.js';
import {
  networkSettings,
  type FileOptions,
  type NetworkOptions,
  type OutputOptions,
} from './options.js';

export interface DeblurOptions extends NetworkOptions, FileOptions, OutputOptions {
  readonly output?: string;
  readonly outDir?: string;
  readonly mask?: string;
  readonly roi?: readonly RoiHint[];
  readonly strength: number;
  readonly stagesDir?: string;
  readonly mapsDir?: string;
}

/** Runs `unsmear deblur` and returns the exit code. */
export async function deblur(inputs: readonly string[], options: DeblurOptions): Promise<number> {
  const out = new Console(options);
  const engine = new EngineSupervisor();
  const signal = interruptible(() => out.hideBar());
  try {
    const registry = new PluginRegistry();
    const { folder: plugin } = await registry.find(options.model ?? null);
    const guide = await registry.guide();
    const job = jobOf(inputs, options, { plugin, guide });
    const result = await restorePhotos(signal, engine, job, listener(out, inputs.length));
    const errors = result.errors.map((error) => ({ input: error.input, ...inEnglish(error) }));
    out.json({ outputs: result.outputs.map(inSentences), skipped: result.skipped, errors });
    if (result.interrupted)
      out.note('Interrupted. Finished photos were kept, nothing else was written.');
    return exitCode({ ...result, done: result.outputs.length + result.skipped.length });
  } catch (thrown) {
    // A missing plug-in or engine is the error of every photo.
    const error = toErrorData(thrown);
    out.error(error);
    const errors = inputs.map((input) => ({ input, ...inEnglish(error) }));
    out.json({ outputs: [], skipped: [], errors });
    return exitCode({ done: 0, errors: [error], interrupted: signal.aborted });
  } finally {
    out.hideBar();
    await engine.close();
  }
}

function jobOf(
  inputs: readonly string[],
  options: DeblurOptions,
  network: Pick<RestoreJob['settings'], 'plugin' | 'guide'>,
): RestoreJob {
  return {
    inputs,
    destination: {
      file: options.output ?? null,
      folder: options.outDir ?? null,
      format: options.format ?? null,
    },
    onExist: options.onExist,
    quality: options.quality ?? null,
    depth: options.depth ?? null,
    metadata: options.metadata,
    settings: {
      ...network,
      ...networkSettings(options),
      mask: options.mask ?? null,
      rois: [...(options.roi ?? [])],
      strength: options.strength,
      grain: options.grain,
      stagesDir: options.stagesDir ?? null,
      mapsDir: options.mapsDir ?? null,
    },
  };
}

function listener(out: Console, count: number): RestoreListener {
  return {
    started: (input, index) =>
      out.begin(count === 1 ? basename(input) : `[${index + 1}/${count}] ${basename(input)}`),
    event: (_, event) => out.event(event),
    done: (report) => out.result(describeReport(report)),
    skipped: (input, output) => out.result(`${input}: left alone, ${output} exists already`),
    failed: (failure) => out.error(failure, basename(failure.input)),
  };
}

function describeReport(report: RestoreReport): string {
  const { tiles, ms } = report;
  const kept =
    tiles.skipped === 0 ? '' : `, ${tiles.skipped} of ${tiles.total} tiles left as they were`;
  const seconds = (ms / 1000).toFixed(1);
  return `${report.input} -> ${report.output ?? ''} (${seconds} s on ${report.provider}${kept})`;
}
