/** `unsmear batch`: many photos, remembered in the journal, so that it can be gone on with after whatever ends it. */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { BatchOrder, BatchSettings } from '../../shared/batch.js';
import { toErrorData, UnsmearError } from '../../shared/errors.js';
import { BLURRED_FROM } from '../../shared/triage.js';
import {
  DEFAULT_TEMPLATE,
  templateProblems,
  tellsPhotosApart,
} from '../../shared/naming-template.js';
import { keepAwake } from '../batch/awake.js';
import { describePhoto, findPhotos, isMask } from '../batch/find.js';
import { Journal, type BatchId } from '../batch/journal.js';
import { journalPath } from '../batch/places.js';
import { documentOf, writeReport } from '../batch/report.js';
import { runBatch } from '../batch/run.js';
import { workAsTheyCome } from '../batch/watch.js';
import { lastUnfinished, watchedBefore } from '../batch/which.js';
import { EngineClient } from '../engine/client.js';
import { findPlugin } from '../plugins/discover.js';
import { BatchBar } from './batch-bar.js';
import { listener } from './batch-words.js';
import { Console } from './console.js';
import { EXIT, exitCode } from './exit.js';
import { interruptible } from './interrupt.js';
import {
  addFileOptions,
  addNetworkOptions,
  addOutputOptions,
  networkSettings,
  number,
  type FileOptions,
  type NetworkOptions,
} from './options.js';

interface BatchOptions extends NetworkOptions, FileOptions {
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

/** Finished batches that stay in the journal, for their reports. */
const KEPT = 50;

export function addBatch(program: Command): void {
  const command = program
    .command('batch')
    .description('remove motion blur from many photos; what was interrupted can be gone on with')
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
    process.exitCode = await batch(inputs, options);
  });
}

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

async function batch(inputs: readonly string[], options: BatchOptions): Promise<number> {
  const out = new Console(options);
  const bar = new BatchBar(options.quiet);
  const engine = new EngineClient();
  const signal = interruptible(() => bar.hide());
  const sleep = keepAwake();
  let journal: Journal | null = null;
  let begun: Begun | null = null;
  try {
    journal = Journal.open(journalPath());
    begun = options.resume
      ? resumed(journal, options)
      : await begin(signal, journal, inputs, options, out);
    if (begun === null) {
      out.note('There is no unfinished batch.');
      out.json(NOTHING);
      return EXIT.done;
    }
    const tell = listener(journal, begun.id, out, bar);
    const parts = { journal, engine, findPlugin: pluginFolder };
    const { id } = begun;
    const work = (): Promise<unknown> => runBatch(signal, parts, id, tell);
    if (options.watch) await watching(signal, journal, id, inputs, options, work);
    else await work();
    return await end(journal, begun, options, out, signal.aborted);
  } catch (thrown) {
    bar.hide();
    const error = toErrorData(thrown);
    out.error(error);
    if (begun !== null) out.note('What is left can be gone on with: unsmear batch --resume');
    out.json({ ...NOTHING, errors: [error] });
    return exitCode({ done: 0, errors: [error], interrupted: signal.aborted });
  } finally {
    bar.hide();
    sleep();
    await engine.close();
    journal?.close();
  }
}

const NOTHING = {
  done: 0,
  skipped: 0,
  failed: 0,
  waiting: 0,
  outputs: [],
  leftAlone: [],
  errors: [],
};

async function pluginFolder(id: string): Promise<string> {
  return (await findPlugin(id)).folder;
}

interface Begun {
  readonly id: BatchId;
  readonly missing: Awaited<ReturnType<typeof findPhotos>>['missing'];
}

function resumed(journal: Journal, { outDir, retry }: BatchOptions): Begun | null {
  const folder = outDir === undefined ? null : resolve(outDir);
  const id = lastUnfinished(journal, folder, { failed: retry });
  if (id === null) return null;
  if (retry) journal.retryFailed(id);
  return { id, missing: [] };
}

async function begin(
  signal: AbortSignal,
  journal: Journal,
  inputs: readonly string[],
  options: BatchOptions,
  out: Console,
): Promise<Begun> {
  const settings = await settingsOf(options);
  if (options.watch) {
    return { id: watchedBefore(journal, settings) ?? journal.create(settings, []), missing: [] };
  }
  if (lastUnfinished(journal, settings.folder) !== null) {
    out.note(`A batch into ${options.outDir ?? ''} is not finished: --resume goes on with it.`);
  }
  const { recursive, order } = options;
  const { folder: except, masks } = settings;
  const results = journal.results();
  const wanted = { recursive, order, except, masks, results };
  const found = await findPhotos(signal, inputs, wanted);
  for (const { input, error } of found.missing) out.error(error.toData(), input);
  const id = journal.create(settings, found.photos);
  out.note(`${found.photos.length} photos`);
  return { id, missing: found.missing };
}

async function settingsOf(options: BatchOptions): Promise<BatchSettings> {
  const { manifest } = await findPlugin(options.model ?? null);
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

async function watching(
  signal: AbortSignal,
  journal: Journal,
  id: BatchId,
  inputs: readonly string[],
  options: BatchOptions,
  work: () => Promise<unknown>,
): Promise<void> {
  for (const input of inputs) {
    if ((await stat(input).catch(() => null))?.isDirectory() === true) continue;
    throw new UnsmearError('option-invalid', `${input} is not a folder.`, {
      hint: '--watch takes the folders in which photos arrive.',
    });
  }
  const { recursive } = options;
  const arrived = async (path: string, folder: string): Promise<void> => {
    if (await isMask(path, journal.batch(id).settings.masks)) return;
    journal.add(id, [await describePhoto(path, folder)]);
  };
  await workAsTheyCome(
    signal,
    inputs,
    { recursive, except: resolve(options.outDir!) },
    arrived,
    work,
  );
}

async function end(
  journal: Journal,
  { id, missing }: Begun,
  options: BatchOptions,
  out: Console,
  interrupted: boolean,
): Promise<number> {
  const document = documentOf(journal, id);
  const errors = [
    ...missing.map(({ input, error }) => ({ input, ...error.toData() })),
    ...document.errors,
  ];
  const { done, skipped, waiting } = document;
  out.json({ ...document, failed: errors.length, errors });
  if (options.report !== undefined) await writeReport(journal, id, resolve(options.report));
  out.note(`${done} restored, ${skipped} left alone, ${errors.length} failed.`);
  if (waiting > 0) out.note(`${waiting} are left: unsmear batch --resume`);
  journal.prune(KEPT);
  return exitCode({ done: done + skipped, errors, interrupted: interrupted && !options.watch });
}
