/** `unsmear deblur`. */
import { basename } from 'node:path';
import type { Command } from 'commander';
import type { RestoreReport, RoiHint } from '../../shared/contracts/restore.js';
import { toErrorData } from '../../shared/core/errors.js';
import { restorePhotos, type RestoreJob, type RestoreListener } from '../app/restore.js';
import { EngineClient } from '../engine/supervisor/client.js';
import { PluginRegistry } from '../plugins/registry.js';
import { Console } from './console.js';
import { exitCode } from './exit.js';
import { interruptible } from './interrupt.js';
import {
  addFileOptions,
  addNetworkOptions,
  addOutputOptions,
  networkSettings,
  number,
  roi,
  type FileOptions,
  type NetworkOptions,
} from './options.js';

interface DeblurOptions extends NetworkOptions, FileOptions {
  readonly output?: string;
  readonly outDir?: string;
  readonly mask?: string;
  readonly roi?: readonly RoiHint[];
  readonly strength: number;
  readonly stagesDir?: string;
  readonly mapsDir?: string;
  readonly json: boolean;
  readonly quiet: boolean;
}

export function addDeblur(program: Command): void {
  const command = program
    .command('deblur')
    .description('remove motion blur from photos')
    .argument('<input...>', 'JPEG, PNG, WebP or TIFF photos')
    .option('-o, --output <file>', 'where the result goes (one input)')
    .option('--out-dir <dir>', 'folder for the results (default: beside each input)');
  addNetworkOptions(command)
    .option('--mask <png>', "white is restored, grey in proportion; the photo's size as displayed")
    .option('--roi <x,y,w,h[,strength]>', 'more of the work goes here; may be repeated', roi)
    .option('--strength <0..1>', 'share of the result in the mix', number(0, 1), 1)
    .option('--stages-dir <dir>', 'write the photo after each stage')
    .option('--maps-dir <dir>', 'write difficulty, samples, attention and offsets');
  addFileOptions(command);
  addOutputOptions(command).action(async (inputs: string[], options: DeblurOptions) => {
    if (options.output !== undefined && options.outDir !== undefined) {
      command.error('error: give either -o or --out-dir, not both');
    }
    if (options.output !== undefined && inputs.length > 1) {
      command.error('error: -o takes one input; use --out-dir for several');
    }
    process.exitCode = await deblur(inputs, options);
  });
}

async function deblur(inputs: readonly string[], options: DeblurOptions): Promise<number> {
  const out = new Console(options);
  const engine = new EngineClient();
  const signal = interruptible(() => out.hideBar());
  try {
    const plugin = await new PluginRegistry().find(options.model ?? null);
    const job = jobOf(inputs, options, plugin.folder);
    const result = await restorePhotos(signal, engine, job, listener(out, inputs.length));
    out.json({ outputs: result.outputs, skipped: result.skipped, errors: result.errors });
    if (result.interrupted)
      out.note('Interrupted. Finished photos were kept, nothing else was written.');
    return exitCode({ ...result, done: result.outputs.length + result.skipped.length });
  } catch (thrown) {
    // Without a plug-in no photo can be tried: the same error stands for each of them.
    const error = toErrorData(thrown);
    out.error(error);
    out.json({ outputs: [], skipped: [], errors: inputs.map((input) => ({ input, ...error })) });
    return exitCode({ done: 0, errors: [error], interrupted: signal.aborted });
  } finally {
    out.hideBar();
    await engine.close();
  }
}

function jobOf(inputs: readonly string[], options: DeblurOptions, plugin: string): RestoreJob {
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
      plugin,
      ...networkSettings(options),
      mask: options.mask ?? null,
      rois: [...(options.roi ?? [])],
      strength: options.strength,
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

export function describeReport(report: RestoreReport): string {
  const { tiles, ms } = report;
  const kept =
    tiles.skipped === 0 ? '' : `, ${tiles.skipped} of ${tiles.total} tiles left as they were`;
  return `${report.input} -> ${report.output ?? ''} (${(ms / 1000).toFixed(1)} s on ${report.provider}${kept})`;
}
