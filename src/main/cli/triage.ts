/** The subcommand `unsmear triage`: scores how blurred photos are. */
import { relative, resolve } from 'node:path';
import type { BatchOrder } from '../../shared/contracts/batch.js';
import { toErrorData, type ErrorData } from '../../shared/core/errors.js';
import type { ProviderChoice } from '../../shared/contracts/providers.js';
import { findPhotos, type Found } from '../batch/find.js';
import { EngineSupervisor } from '../engine/supervisor/engine-supervisor.js';
import { PluginRegistry } from '../plugins/registry.js';
import { writeBlurMap } from '../app/triage/map.js';
import {
  mostBlurredFirst,
  rowOf,
  writeTriageReport,
  type TriageRow,
} from '../app/triage/report.js';
import { judgeAll, spareThreads, type Judged } from '../app/triage/run.js';
import { Console } from './console.js';
import { exitCode } from './exit.js';
import { interruptible } from './interrupt.js';
import type { OutputOptions } from './options.js';
import { TriageBar } from './triage-bar.js';
import { warningInEnglish } from '../../shared/texts/explain.js';

export interface TriageOptions extends OutputOptions {
  readonly recursive: boolean;
  readonly order: 'blurred' | BatchOrder;
  readonly threshold: number;
  readonly onlyBlurred: boolean;
  readonly print0: boolean;
  readonly model?: string;
  readonly provider: ProviderChoice;
  readonly threads?: number;
  readonly mapsDir?: string;
  readonly report?: string;
}

type Photo = Found['photos'][number];

/** Runs `unsmear triage` and returns the exit code. */
export async function triage(inputs: readonly string[], options: TriageOptions): Promise<number> {
  const out = new Console(options);
  const engine = new EngineSupervisor();
  const bar = new TriageBar(options.quiet);
  const signal = interruptible(() => bar.hide());
  const rows: TriageRow[] = [];
  let failure: ErrorData | null = null;
  try {
    const { manifest, folder: plugin } = await new PluginRegistry().find(options.model ?? null);
    const { recursive, provider, threads = spareThreads() } = options;
    const order = options.order === 'blurred' ? 'name' : options.order;
    const found = await findPhotos(signal, inputs, {
      recursive,
      order,
      except: null,
      masks: '{stem}.mask.png',
      results: new Map(),
    });
    for (const { input, error } of found.missing) {
      out.error(error.toData(), input);
      rows.push(rowOf({ photo: { input }, error }, options.threshold));
    }
    out.note(`${found.photos.length} photos`);
    bar.begin(found.photos);
    const settings = { plugin, provider, threads };
    for await (const judged of judgeAll(signal, engine, found.photos, settings)) {
      const kept = await keepMap(judged, options);
      const row = rowOf(kept, options.threshold);
      rows.push(row);
      bar.hide();
      printRow(out, kept, row, options);
      bar.done(kept.photo);
    }
    bar.hide();
    if (rows.some(({ by }) => by === 'light')) {
      out.note(`${manifest.name} was not calibrated: scores are of edges alone, and less sure.`);
    }
    if (options.report !== undefined) {
      await writeTriageReport(resolve(options.report), inOrder(rows, options));
    }
  } catch (thrown) {
    failure = toErrorData(thrown);
    bar.hide();
    out.error(failure);
  } finally {
    bar.hide();
    await engine.close();
  }
  out.json(inOrder(rows, options));
  summarise(out, rows);
  const errors: Pick<ErrorData, 'code'>[] = rows.flatMap(({ error }) => error ?? []);
  if (failure !== null) errors.push(failure);
  const done = rows.length - rows.filter(({ error }) => error !== null).length;
  return exitCode({ done, errors, interrupted: signal.aborted });
}

/** Writes a photo's blur map if the user asked for maps. Rejects if that fails. */
async function keepMap(judged: Judged<Photo>, options: TriageOptions): Promise<Judged<Photo>> {
  if (options.mapsDir === undefined || 'error' in judged) return judged;
  const { photo, answer } = judged;
  await writeBlurMap(resolve(options.mapsDir), photo, answer.blur);
  return judged;
}

function printRow(
  out: Console,
  judged: Judged<Photo>,
  row: TriageRow,
  options: TriageOptions,
): void {
  const { input } = judged.photo;
  const path = relative(process.cwd(), input);
  const short = path.startsWith('..') ? input : path;
  if ('error' in judged) {
    out.error(judged.error.toData(), short);
    return;
  }
  for (const warning of judged.answer.warnings)
    out.note(`warning: ${short}: ${warningInEnglish(warning)}`);
  if (options.onlyBlurred) {
    if (row.blurred !== true) return;
    if (options.print0) out.path0(short);
    else out.result(short);
    return;
  }
  const { score, blurredShare, extent } = judged.answer.blur;
  const length = extent === null ? '' : `, about ${Math.round(extent)} px`;
  const share = row.blurred === true ? ` (${Math.round(100 * blurredShare)} % of it${length})` : '';
  out.result(
    `${score.toFixed(2)} ${row.blurred === true ? 'blurred' : 'sharp  '} ${short}${share}`,
  );
}

function inOrder(rows: readonly TriageRow[], options: TriageOptions): readonly TriageRow[] {
  const shown = options.onlyBlurred ? rows.filter(({ blurred }) => blurred !== false) : rows;
  return options.order === 'blurred' ? mostBlurredFirst(shown) : shown;
}

function summarise(out: Console, rows: readonly TriageRow[]): void {
  const count = (wanted: boolean | null): number =>
    rows.filter(({ blurred }) => blurred === wanted).length;
  out.note(`${count(true)} blurred, ${count(false)} sharp, ${count(null)} failed.`);
}
