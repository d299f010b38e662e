/** Declares `unsmear batch` and its options. */
import { Option, type Command } from 'commander';
import { BatchOrder } from '../../shared/contracts/batch.js';
import {
  DEFAULT_TEMPLATE,
  templateProblems,
  tellsPhotosApart,
} from '../../shared/contracts/naming-template.js';
import { BLURRED_FROM } from '../../shared/contracts/triage.js';
import type { BatchOptions } from './batch.js';
import { addFileOptions, addNetworkOptions, addOutputOptions, number } from './options.js';

export function addBatch(program: Command): void {
  const command = program
    .command('batch')
    .description('remove motion blur from many photos; resumable after an interruption')
    .argument('[input...]', 'folders, photos or patterns')
    .option('--out-dir <dir>', 'folder for the results')
    .option('--recursive', 'also the folders inside folders', false)
    .option('--flat', 'all results in one folder, whatever folders the photos are in', false)
    .addOption(
      new Option('--order <order>', 'which photo comes first')
        .choices(BatchOrder.options)
        .default('name'),
    )
    .option('--watch', 'go on with photos that arrive in the folders, until interrupted', false)
    .option('--resume', 'go on with the last batch that is not finished (into --out-dir)', false)
    .option('--retry', 'with --resume: what failed is tried again', false)
    .option('--name <template>', 'name of a result, without its extension', DEFAULT_TEMPLATE)
    .option('--masks <template>', "name of a photo's mask beside it", '{stem}.mask.png')
    .option('--no-masks', 'restore photos everywhere')
    .option('--no-sidecars', 'leave out hints and regions saved in the editor')
    .option(
      '--only-blurred [score]',
      `leave photos alone whose blur score is lower (default: ${BLURRED_FROM})`,
      number(0, 1),
    );
  addNetworkOptions(command).option(
    '--strength <0..1>',
    'share of the result in the mix',
    number(0, 1),
    1,
  );
  addFileOptions(command).option(
    '--report <file>',
    'what became of each photo, as .csv or .json, at the end',
  );
  addOutputOptions(command).action(async (inputs: string[], options: BatchOptions) => {
    const wrong = usageProblem(inputs, options);
    if (wrong !== null) command.error(`error: ${wrong}`);
    const { batch } = await import('./batch.js');
    process.exitCode = await batch(inputs, options);
  });
}

/** Returns why inputs and options contradict each other; `null` if they do not. */
function usageProblem(inputs: readonly string[], options: BatchOptions): string | null {
  if (options.resume) {
    if (options.watch) return 'watch again with the command that began it: it goes on by itself';
    return inputs.length > 0 ? 'give no photos with --resume: it knows them' : null;
  }
  if (options.retry) return '--retry goes with --resume';
  if (inputs.length === 0) return 'give folders, photos or patterns, or --resume';
  if (options.outDir === undefined) return 'say with --out-dir where the results go';
  const [problem] = templateProblems(options.name);
  if (problem !== undefined) return `--name: ${problem.message}`;
  if (!tellsPhotosApart(options.name)) {
    return '--name must hold {name}, {stem} or {counter}: else all results are called the same';
  }
  return null;
}
