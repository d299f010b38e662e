/** Restores photos: names the results, checks paths, calls the engine and reports errors. */
import { constants } from 'node:fs';
import { access, mkdir, readdir, realpath, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import {
  UnsmearError,
  toErrorData,
  toUnsmearError,
  type ErrorData,
} from '../../shared/core/errors.js';
import type {
  Depth,
  OnExist,
  RestoreReport,
  RestoreRequestInput,
} from '../../shared/contracts/restore.js';
import type { EngineSupervisor } from '../engine/supervisor/engine-supervisor.js';
import { sidePath } from '../storage/output-check.js';
import { alreadyExists, exists, removeLeftovers } from '../storage/atomic.js';
import { identifyPhoto } from '../imaging/codecs/identify.js';
import { isSpecial, requireRegularFile } from '../storage/regular-file.js';
import { outputPath, realPaths, type Destination } from './naming.js';
import { restorePhoto, type RestoreEvent } from './restore-photo.js';

/** Parts of the request that are the same for all photos. */
export type Settings = Omit<RestoreRequestInput, 'input' | 'output'>;

export interface RestoreJob {
  readonly inputs: readonly string[];
  readonly destination: Destination;
  readonly onExist: OnExist;
  readonly quality: number | null;
  readonly depth: Depth | null;
  readonly metadata: 'all' | 'no-gps' | 'none';
  readonly settings: Settings;
}

export type Failure = ErrorData & { readonly input: string };

interface RestoreResult {
  readonly outputs: readonly RestoreReport[];
  /** Photos not restored because their output exists (`--on-exist skip`). */
  readonly skipped: readonly { readonly input: string; readonly output: string }[];
  readonly errors: readonly Failure[];
  readonly interrupted: boolean;
}

export interface RestoreListener {
  started(input: string, index: number): void;
  event(input: string, event: RestoreEvent): void;
  done(report: RestoreReport): void;
  skipped(input: string, output: string): void;
  failed(failure: Failure): void;
}

/** Restores the photos one after the other; one that fails does not stop the others. */
export async function restorePhotos(
  signal: AbortSignal,
  engine: EngineSupervisor,
  job: RestoreJob,
  listener: RestoreListener,
): Promise<RestoreResult> {
  const outputs: RestoreReport[] = [];
  const skipped: { input: string; output: string }[] = [];
  const errors: Failure[] = [];
  const run: Run = {
    signal,
    engine,
    job,
    listener,
    originals: await realPaths(
      typeof job.settings.mask === 'string' ? [...job.inputs, job.settings.mask] : job.inputs,
    ),
    written: new Set(),
    pictured: new Set(),
  };
  for (const [index, input] of job.inputs.entries()) {
    if (signal.aborted) break;
    listener.started(input, index);
    try {
      const report = await restoreOne(run, input);
      if (report.output !== null) run.written.add(report.output);
      outputs.push(report);
      listener.done(report);
    } catch (error) {
      if (error instanceof SkippedError) {
        skipped.push({ input, output: error.output });
        listener.skipped(input, error.output);
        continue;
      }
      const failure = { input, ...toErrorData(error) };
      if (failure.code === 'cancelled') break;
      errors.push(failure);
      listener.failed(failure);
    }
  }
  return { outputs, skipped, errors, interrupted: signal.aborted };
}

class SkippedError extends Error {
  constructor(readonly output: string) {
    super('skipped');
  }
}

interface Run {
  readonly signal: AbortSignal;
  readonly engine: EngineSupervisor;
  readonly job: RestoreJob;
  readonly listener: RestoreListener;
  /** Real paths of the inputs and the mask, which are never overwritten. */
  readonly originals: ReadonlySet<string>;
  /** Paths of this run's results. */
  readonly written: Set<string>;
  /** Path prefixes of the stages and maps that this run has written. */
  readonly pictured: Set<string>;
}

async function restoreOne(run: Run, input: string): Promise<RestoreReport> {
  const { job, listener } = run;
  const { quality, depth, metadata, destination, settings } = job;
  // Identifies the file before the engine starts, so that a wrong one is refused at once.
  const { format: content } = await identifyPhoto(input);
  if (typeof settings.mask === 'string') await refuseSpecial(settings.mask);
  const path = outputPath(input, content, destination);
  // Photos of one name from several folders must not replace each other's results.
  const onExist = run.written.has(path) && job.onExist !== 'error' ? 'rename' : job.onExist;
  await checkName(path, onExist, run.originals);
  const { stagesDir, mapsDir } = settings;
  const pictures = [stagesDir, mapsDir].filter((name) => typeof name === 'string');
  for (const name of new Set(pictures)) await checkPictures(run, input, name);
  const folder = dirname(path);
  const folders = [folder, ...pictures];
  const made: { folder: string; first: string }[] = [];
  const output = { path, format: destination.format, quality, depth, metadata, onExist };
  try {
    for (const name of destination.folder === null ? pictures : folders) {
      const first = await makeFolder(name);
      if (first !== undefined) made.push({ folder: name, first });
    }
    await Promise.all(folders.map(checkFolder));
    await Promise.all(folders.map(removeLeftovers));
    const request = { ...settings, input, output };
    const report = await restorePhoto(run.signal, run.engine, request, (event) =>
      listener.event(input, event),
    );
    // If the engine died while writing, its replacement left the temporary file behind.
    await Promise.all(folders.map(removeLeftovers));
    return report;
  } catch (error) {
    await Promise.all(folders.map(removeLeftovers));
    for (const { folder, first } of made.reverse()) await removeEmpty(folder, first);
    throw toUnsmearError(error);
  }
}

/** Refuses pipes, sockets and devices at once; the engine reports every other fault of a mask. */
async function refuseSpecial(path: string): Promise<void> {
  const status = await stat(path).catch(() => null);
  if (status !== null && isSpecial(status)) await requireRegularFile(path);
}

/** Refuses to overwrite inputs, masks or pictures of this run, but not those of earlier runs. */
async function checkPictures(run: Run, input: string, folder: string): Promise<void> {
  const prefix = sidePath(folder, input, '').slice(0, -'.png'.length);
  if (run.pictured.has(prefix)) {
    throw new UnsmearError('output-exists', { reason: 'pictures', folder, name: basename(input) });
  }
  run.pictured.add(prefix);
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((name) => name.startsWith(basename(prefix)))) {
    await refuseOriginal(join(folder, name), run.originals);
  }
}

async function refuseOriginal(path: string, originals: ReadonlySet<string>): Promise<void> {
  if (!originals.has(await realpath(path))) return;
  throw new UnsmearError('output-is-input', { reason: 'input', name: basename(path) });
}

async function checkName(
  path: string,
  onExist: OnExist,
  originals: ReadonlySet<string>,
): Promise<void> {
  if ((await stat(path).catch(() => null))?.isDirectory()) {
    throw new UnsmearError('output-unwritable', { reason: 'is-folder', path });
  }
  if (onExist === 'rename' || !(await exists(path))) return;
  await refuseOriginal(path, originals);
  if (onExist === 'skip') throw new SkippedError(path);
  if (onExist === 'error') throw alreadyExists(path);
}

/** Removes the empty folders that were made for this photo, from the innermost up to `first`. */
async function removeEmpty(folder: string, first: string): Promise<void> {
  for (let path = folder; path.length >= first.length; path = dirname(path)) {
    if (
      !(await rmdir(path).then(
        () => true,
        () => false,
      ))
    )
      return;
  }
}

/** Checks before the minutes of restoring, not after them. */
async function checkFolder(folder: string): Promise<void> {
  await access(folder, constants.W_OK).catch((cause: unknown) => {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    const reason = missing ? 'folder-missing' : 'folder-denied';
    throw new UnsmearError('output-unwritable', { reason, folder }, { cause });
  });
}

/** Makes a folder; returns the first one that did not exist, or `undefined`. */
async function makeFolder(folder: string): Promise<string | undefined> {
  return mkdir(folder, { recursive: true }).catch((cause: unknown) => {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOSPC') throw toUnsmearError(cause);
    throw new UnsmearError('output-unwritable', { reason: 'folder-unmakeable', folder }, { cause });
  });
}
