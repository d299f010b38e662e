/** The subcommand `unsmear batch`: restores many photos, resumable after any interruption. */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { BatchSettings, type BatchOrder } from '../../shared/contracts/batch.js';
import { toErrorData, UnsmearError } from '../../shared/core/errors.js';
import { BLURRED_FROM } from '../../shared/contracts/triage.js';
import { inEnglish } from '../../shared/texts/explain.js';
import { keepAwake } from '../batch/awake.js';
import { describePhoto, findPhotos, isMask } from '../batch/find.js';
import { Journal } from '../batch/journal.js';
import type { BatchId } from '../batch/journal-reader.js';
import { documentOf, writeReport, type BatchDocument } from '../batch/report.js';
import { runBatch } from '../batch/run.js';
import { workAsTheyCome } from '../batch/watch.js';
import { EngineSupervisor } from '../engine/supervisor/engine-supervisor.js';
import { PluginRegistry } from '../plugins/registry.js';
import { BatchBar } from './batch-bar.js';
import { listener } from './batch-words.js';
import { Console } from './console.js';
import { EXIT, exitCode } from './exit.js';
import { interruptible } from './interrupt.js';
import {
  networkSettings,
  type FileOptions,
  type NetworkOptions,
  type OutputOptions,
} from './options.js';

/** Number of finished batches kept in the journal for their reports. */
const KEPT = 50;

export interface BatchOptions extends NetworkOptions, FileOptions, OutputOptions {
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
}

/** Runs `unsmear batch` and returns the exit code. */
export async function batch(inputs: readonly string[], options: BatchOptions): Promise<number> {
  const out = new Console(options);
  const bar = new BatchBar(options.quiet);
  const engine = new EngineSupervisor();
  const signal = interruptible(() => bar.hide());
  const sleep = keepAwake();
  let journal: Journal | null = null;
  let begun: Begun | null = null;
  try {
    journal = Journal.open();
    begun = options.resume
      ? resumed(journal, options)
      : await begin(signal, journal, inputs, options, out);
    if (begun === null) {
      out.note('There is no unfinished batch.');
      out.json(NOTHING);
      return EXIT.done;
    }
    const tell = listener(journal, begun.id, out, bar);
    const parts = { journal, engine, plugins: new PluginRegistry() };
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
    const soFar = soFarOf(journal, begun);
    out.json({ ...soFar, errors: [...soFar.errors, inEnglish(error)] });
    const done = soFar.done + soFar.skipped;
    return exitCode({ done, errors: [error], interrupted: signal.aborted });
  } finally {
    bar.hide();
    sleep();
    await engine.close();
    journal?.close();
  }
}

const NOTHING: BatchDocument = {
  done: 0,
  skipped: 0,
  failed: 0,
  waiting: 0,
  outputs: [],
  leftAlone: [],
  errors: [],
};

/** Returns the document of the photos that were finished before an error. */
function soFarOf(journal: Journal | null, begun: Begun | null): BatchDocument {
  try {
    return journal === null || begun === null ? NOTHING : documentOf(journal, begun.id);
  } catch {
    // The journal itself may have failed.
    return NOTHING;
  }
}

interface Begun {
  readonly id: BatchId;
  readonly missing: Awaited<ReturnType<typeof findPhotos>>['missing'];
}

function resumed(journal: Journal, { outDir, retry }: BatchOptions): Begun | null {
  const folder = outDir === undefined ? null : resolve(outDir);
  const id = journal.lastUnfinished(folder, { failed: retry });
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
    return { id: journal.withSettings(settings) ?? journal.create(settings, []), missing: [] };
  }
  if (journal.lastUnfinished(settings.folder) !== null) {
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

/** Returns the settings of a new batch. Throws if the model is missing or broken. */
async function settingsOf(options: BatchOptions): Promise<BatchSettings> {
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
    grain: options.grain,
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
    throw new UnsmearError('option-invalid', { reason: 'watch', path: input });
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
    ...missing.map(({ input, error }) => ({ input, ...inEnglish(error.toData()) })),
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
