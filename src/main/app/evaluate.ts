/** Measures a plug-in on pairs of blurred and sharp photos, with the settings of a restoration. */
import { readdir } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { UnsmearError, throwIfAborted } from '../../shared/core/errors.js';
import type { EngineSupervisor } from '../engine/supervisor/engine-supervisor.js';
import { makeScratch, removeScratch } from '../storage/scratch.js';
import {
  decodePhoto,
  inEightBits,
  formatOfExtension,
  type DecodedPhoto,
} from '../imaging/index.js';
import { psnr, ssim } from './metrics.js';
import { restorePhoto, type RestoreEvent } from './restore-photo.js';
import type { Settings } from './restore.js';

interface PairScore {
  readonly name: string;
  readonly psnrIn: number;
  readonly psnrOut: number;
  readonly ssimIn: number;
  readonly ssimOut: number;
  /** PSNR in dB after each stage, in order. */
  readonly stages: readonly number[];
}

export type MeanScore = Omit<PairScore, 'name'>;

export interface Evaluation {
  readonly pairs: readonly PairScore[];
  readonly mean: MeanScore;
}

interface EvaluationListener {
  started(name: string, index: number, total: number): void;
  event(event: RestoreEvent): void;
  done(score: PairScore): void;
}

export async function evaluate(
  signal: AbortSignal,
  engine: EngineSupervisor,
  folders: { readonly blur: string; readonly sharp: string },
  settings: Settings,
  listener: EvaluationListener,
): Promise<Evaluation> {
  const pairs = await findPairs(folders.blur, folders.sharp);
  const scores: PairScore[] = [];
  for (const [index, pair] of pairs.entries()) {
    throwIfAborted(signal);
    listener.started(pair.name, index, pairs.length);
    const score = await scorePair(signal, engine, pair, settings, listener);
    scores.push(score);
    listener.done(score);
  }
  return { pairs: scores, mean: meanOf(scores) };
}

interface Pair {
  readonly name: string;
  readonly blur: string;
  readonly sharp: string;
}

/** Pairs files by name without extension. Throws if a blurred photo has no sharp one. */
async function findPairs(blur: string, sharp: string): Promise<Pair[]> {
  const [blurred, references] = await Promise.all([photosIn(blur), photosIn(sharp)]);
  const pairs = [...blurred].map(([name, path]): Pair => {
    const reference = references.get(name);
    if (reference !== undefined) return { name, blur: path, sharp: reference };
    throw new UnsmearError('file-missing', {
      reason: 'sharp-photo',
      name: basename(path),
      folder: sharp,
    });
  });
  if (pairs.length > 0) return pairs;
  throw new UnsmearError('file-missing', { reason: 'no-photos', folder: blur });
}

async function photosIn(folder: string): Promise<Map<string, string>> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new UnsmearError('file-missing', { reason: 'folder', folder }, { cause });
  });
  const photos = names.filter((name) => formatOfExtension(name) !== null).sort();
  return new Map(photos.map((name) => [basename(name, extname(name)), join(folder, name)]));
}

async function scorePair(
  signal: AbortSignal,
  engine: EngineSupervisor,
  pair: Pair,
  settings: Settings,
  listener: EvaluationListener,
): Promise<PairScore> {
  const work = await makeScratch();
  try {
    const path = join(work, 'restored.png');
    const stagesDir = join(work, 'stages');
    const report = await restorePhoto(
      signal,
      engine,
      {
        ...settings,
        // Grain that is put back counts as error.
        grain: 0,
        input: pair.blur,
        output: { path, format: 'png', onExist: 'error' },
        stagesDir,
      },
      (event) => listener.event(event),
    );
    const sharp = await inEight(pair.sharp);
    const against = async (file: string): Promise<Compared> => {
      throwIfAborted(signal);
      return sameSize(await inEight(file), sharp, pair);
    };
    const input = await against(pair.blur);
    const output = await against(path);
    const stages: number[] = [];
    for (let stage = 1; stage <= report.stages.length; stage++) {
      const name = basename(pair.blur, extname(pair.blur));
      stages.push(
        psnr((await against(join(stagesDir, `${name}.stage${stage}.png`))).data, sharp.data),
      );
    }
    const { width, height } = sharp;
    return {
      name: pair.name,
      psnrIn: psnr(input.data, sharp.data),
      psnrOut: psnr(output.data, sharp.data),
      ssimIn: await ssim(signal, input.data, sharp.data, width, height),
      ssimOut: await ssim(signal, output.data, sharp.data, width, height),
      stages,
    };
  } finally {
    await removeScratch(work);
  }
}

/** A photo with 8 bits per sample, the depth of written stages. */
type Compared = Pick<DecodedPhoto, 'width' | 'height'> & { readonly data: Uint8Array };

async function inEight(file: string): Promise<Compared> {
  const { width, height, data } = await decodePhoto(file);
  return { width, height, data: inEightBits(data) };
}

function sameSize(photo: Compared, sharp: Compared, pair: Pair): Compared {
  if (photo.width === sharp.width && photo.height === sharp.height) return photo;
  throw new UnsmearError('pair-mismatch', { name: pair.name });
}

function meanOf(scores: readonly PairScore[]): MeanScore {
  const mean = (value: (score: PairScore) => number): number =>
    scores.reduce((sum, score) => sum + value(score), 0) / scores.length;
  return {
    psnrIn: mean((score) => score.psnrIn),
    psnrOut: mean((score) => score.psnrOut),
    ssimIn: mean((score) => score.ssimIn),
    ssimOut: mean((score) => score.ssimOut),
    stages: (scores[0]?.stages ?? []).map((_, i) => mean((score) => score.stages[i] ?? NaN)),
  };
}
