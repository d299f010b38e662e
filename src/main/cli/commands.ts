/** Declares the subcommands and their options; the code of a subcommand loads when it runs. */
import { join } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { BatchOrder } from '../../shared/contracts/batch.js';
import { ProviderChoice } from '../../shared/contracts/providers.js';
import { BLURRED_FROM } from '../../shared/contracts/triage.js';
import { programFolder } from '../storage/places.js';
import type { DeblurOptions } from './deblur.js';
import type { EvaluateOptions } from './evaluate.js';
import {
  addFileOptions,
  addNetworkOptions,
  addOutputOptions,
  number,
  roi,
  type OutputOptions,
} from './options.js';
import type { ServeOptions } from './serve.js';
import type { TriageOptions } from './triage.js';

export function addDeblur(program: Command): void {
  const command = program
    .command('deblur')
    .description('remove motion blur from photos')
    .argument('<input...>', 'JPEG, PNG, WebP or TIFF photos')
    .option('-o, --output <file>', 'file for the result (one input)')
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
    const { deblur } = await import('./deblur.js');
    process.exitCode = await deblur(inputs, options);
  });
}

const TRIAGE_ORDERS = ['blurred', ...BatchOrder.options] as const;

export function addTriage(program: Command): void {
  const command = program
    .command('triage')
    .description('find blurred photos: a score from 0 to 1 for each')
    .argument('<input...>', 'folders, photos or patterns')
    .option('--recursive', 'include the folders inside folders', false)
    .addOption(
      new Option('--order <order>', 'of the report and of --json; lines appear as photos finish')
        .choices(TRIAGE_ORDERS)
        .default('blurred'),
    )
    .option(
      '--threshold <0..1>',
      'lowest score of a photo that counts as blurred',
      number(0, 1),
      BLURRED_FROM,
    )
    .option('--only-blurred', 'print only the paths of blurred photos', false)
    .option('--print0', 'with --only-blurred: end each path with a null character', false)
    .option('--model <id>', 'model that scores (default: the first that "unsmear models" lists)')
    .addOption(
      new Option('--provider <id>', 'CPU or GPU interface to use')
        .choices(ProviderChoice.options)
        .default('auto'),
    )
    .option(
      '--threads <count>',
      'threads of the model (default: all cores but one)',
      number(1, 1024, true),
    )
    .option('--maps-dir <dir>', 'folder for pictures that show where each photo is blurred')
    .option('--report <file>', 'write the scores to a .csv or .json file');
  addOutputOptions(command).action(async (inputs: string[], options: TriageOptions) => {
    const { triage } = await import('./triage.js');
    process.exitCode = await triage(inputs, options);
  });
}

export function addEvaluate(program: Command): void {
  const command = program
    .command('evaluate')
    .description(
      'PSNR (RGB) and SSIM (luma, Gaussian 11x11, sigma 1.5) of pairs, before and after;' +
        ' PSNR after each stage',
    )
    .requiredOption('--blur <dir>', 'blurred photos')
    .requiredOption('--sharp <dir>', 'sharp photos of the same names');
  addOutputOptions(addNetworkOptions(command)).action(async (options: EvaluateOptions) => {
    const { evaluatePairs } = await import('./evaluate.js');
    process.exitCode = await evaluatePairs(options);
  });
}

export function addModels(program: Command): void {
  program
    .command('models')
    .description('list the models of this machine')
    .option('--json', 'one JSON document on stdout', false)
    .action(async (options: Pick<OutputOptions, 'json'>) => {
      const { listModels } = await import('./lists.js');
      process.exitCode = await listModels(options);
    });
}

export function addProviders(program: Command): void {
  program
    .command('providers')
    .description('test the CPU and GPU interfaces of this machine')
    .option('--json', 'one JSON document on stdout', false)
    .action(async (options: Pick<OutputOptions, 'json'>) => {
      const { listProviders } = await import('./lists.js');
      process.exitCode = await listProviders(options);
    });
}

export function addServe(program: Command): void {
  asServe(program.command('serve'));
}

/** Adds the arguments, options and action of `serve` to a command. */
export function asServe(command: Command): Command {
  return command
    .description('Serves the editor to a browser of this computer.')
    .argument('[photos...]', 'photos, or folders with photos, to open')
    .option('--port <number>', 'port on 127.0.0.1 (default: a free one)', port, 0)
    .option('--open', "open the system's browser", false)
    .option('--root <folder>', 'a further folder to choose photos from', collect, [])
    .option('--app <folder>', 'the built editor', join(programFolder(), 'out', 'renderer'))
    .action(async (photos: readonly string[], options: ServeOptions) => {
      const { serve } = await import('./serve.js');
      await serve(photos, options);
    });
}

function port(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= 65_535) return value;
  throw new InvalidArgumentError('A port is a number from 0 to 65535.');
}

function collect(path: string, paths: readonly string[]): readonly string[] {
  return [...paths, path];
}
