/** What `unsmear batch` can be told, and the batch's settings that follow from it. */
import { resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { BatchOrder, BatchSettings } from '../../shared/contracts/batch.js';
import {
  DEFAULT_TEMPLATE,
  templateProblems,
  tellsPhotosApart,
} from '../../shared/contracts/naming-template.js';
import { BLURRED_FROM } from '../../shared/contracts/triage.js';
import { PluginRegistry } from '../plugins/registry.js';
import {
  addFileOptions,
  addNetworkOptions,
  addOutputOptions,
  networkSettings,
  number,
  type FileOptions,
  type NetworkOptions,
} from './options.js';

export interface BatchOptions extends NetworkOptions, FileOptions {
  readonly outDir?: string;
  readonly recursive: boolean;
  readonly flat: boolean;
  readonly order: BatchOrder;
  readonly name: string;
  readonly masks: string | false;
  readonly sidecars: boolean;
  readonly strength: number;
  readonly onlyBlurred?: number | true;
  readonly watch: boolean;
  readonly resume: boolean;
  readonly retry: boolean;
  readonly report?: string;
  readonly json: boolean;
  readonly quiet: boolean;
}

export function addBatchOptions(command: Command): Command {
  command
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
  return addOutputOptions(command);
}

/** Why these do not go together; null: they do. */
export function usageProblem(inputs: readonly string[], options: BatchOptions): string | null {
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

/** Rejects when there is no such plug-in. */
export async function settingsOf(options: BatchOptions): Promise<BatchSettings> {
  const { manifest } = await new PluginRegistry().find(options.model ?? null);
  return BatchSettings.parse({
    folder: resolve(options.outDir!),
    keepFolders: !options.flat,
    template: options.name,
    format: options.format ?? null,
    quality: options.quality ?? null,
    depth: options.depth ?? null,
    metadata: options.metadata,
    onExist: options.onExist,
    model: manifest.id,
    ...networkSettings(options),
    strength: options.strength,
    masks: options.masks === false ? null : options.masks,
    sidecars: options.sidecars,
    onlyBlurred: options.onlyBlurred === true ? BLURRED_FROM : (options.onlyBlurred ?? null),
  });
}
