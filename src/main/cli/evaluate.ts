/** The subcommand `unsmear evaluate`: PSNR and SSIM of pairs of photos. */
import { toErrorData } from '../../shared/core/errors.js';
import { inEnglish } from '../../shared/texts/explain.js';
import { evaluate, type Evaluation, type MeanScore } from '../app/evaluate.js';
import { EngineSupervisor } from '../engine/supervisor/engine-supervisor.js';
import { PluginRegistry } from '../plugins/registry.js';
import { Console } from './console.js';
import { EXIT, exitCodeOfError } from './exit.js';
import { interruptible } from './interrupt.js';
import { networkSettings, type NetworkOptions, type OutputOptions } from './options.js';

export interface EvaluateOptions extends NetworkOptions, OutputOptions {
  readonly blur: string;
  readonly sharp: string;
}

/** Runs `unsmear evaluate` and returns the exit code. */
export async function evaluatePairs(options: EvaluateOptions): Promise<number> {
  const out = new Console(options);
  const engine = new EngineSupervisor();
  const signal = interruptible(() => out.hideBar());
  try {
    const registry = new PluginRegistry();
    const { folder: plugin } = await registry.find(options.model ?? null);
    const guide = await registry.guide();
    const settings = { plugin, guide, ...networkSettings(options) };
    const result = await evaluate(signal, engine, options, settings, {
      started: (name, index, total) => out.begin(`[${index + 1}/${total}] ${name}`),
      event: (event) => out.event(event),
      done: (score) => out.result(row(score.name, score)),
    });
    out.json(result satisfies Evaluation);
    out.result(row('mean', result.mean));
    return EXIT.done;
  } catch (thrown) {
    const error = toErrorData(thrown);
    out.error(error);
    out.json({ pairs: [], mean: null, errors: [inEnglish(error)] });
    return exitCodeOfError(error.code);
  } finally {
    out.hideBar();
    await engine.close();
  }
}

function row(name: string, score: MeanScore): string {
  const stages = score.stages.map((value) => value.toFixed(2)).join(' ');
  return (
    `${name}: PSNR ${score.psnrIn.toFixed(2)} -> ${score.psnrOut.toFixed(2)} dB ` +
    `(${(score.psnrOut - score.psnrIn).toFixed(2)}), SSIM ${score.ssimIn.toFixed(4)} -> ` +
    `${score.ssimOut.toFixed(4)}, stages ${stages} dB`
  );
}
