/** Shared set-up of the engine's tests: a folder, photos, and an engine process. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { restorePhoto, type RestoreEvent } from '../../src/main/app/restore-photo.js';
import {
  EngineSupervisor,
  type EngineOptions,
} from '../../src/main/engine/supervisor/engine-supervisor.js';
import { forkEngine } from '../../src/main/engine/supervisor/spawn.js';
import { samplePath } from '../../src/main/storage/places.js';
import type { RestoreReport, RestoreRequestInput } from '../../src/shared/contracts/restore.js';

/** Environment variable with the folder of another build than `out/`. */
export const ENTRY = process.env.UNSMEAR_TEST_ENGINE;

export function makeEngine(options: EngineOptions = {}): EngineSupervisor {
  return new EngineSupervisor(
    ENTRY === undefined ? options : { spawn: (args) => forkEngine(args, ENTRY), ...options },
  );
}

export async function makeFolder(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'engine-test-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/**
 * Cuts a detail with smeared letters and lights out of the sample photo: at most 440×660 pixels.
 */
export async function makeDetail(folder: string, width: number, height: number): Promise<string> {
  const path = join(folder, `detail-${width}x${height}.png`);
  await sharp(samplePath()).extract({ left: 840, top: 190, width, height }).png().toFile(path);
  return path;
}

/**
 * Draws a photo with texture, edges and gradients, the same every time; no clipped pixels. It is
 * for tiny networks: real ones may take its pattern for motion and invent edges, which the engine
 * then refuses.
 */
export async function makePhoto(folder: string, width: number, height: number): Promise<string> {
  const data = Buffer.alloc(width * height * 3);
  let state = 12345;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      const edge = ((x >> 4) ^ (y >> 4)) & 1 ? 40 : 0;
      const value = 90 + edge + 30 * Math.sin(x / 17) + (state >>> 28);
      for (let c = 0; c < 3; c++) data[(y * width + x) * 3 + c] = value + c * 8;
    }
  }
  const path = join(folder, `photo-${width}x${height}.png`);
  await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toFile(path);
  return path;
}

export interface RawImage {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

export async function readPixels(path: string): Promise<RawImage> {
  const { data, info } = await sharp(path).raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, channels: info.channels };
}

export interface Restored {
  readonly report: RestoreReport;
  readonly events: readonly RestoreEvent[];
  readonly pixels: Buffer;
}

/** Restores to a PNG beside the input and reads it back. */
export async function restoreTo(
  engine: EngineSupervisor,
  name: string,
  request: Omit<RestoreRequestInput, 'output'>,
  onEvent: (event: RestoreEvent) => void = () => undefined,
): Promise<Restored> {
  const events: RestoreEvent[] = [];
  const path = join(request.input, '..', `${name}.png`);
  const report = await restorePhoto(
    new AbortController().signal,
    engine,
    { provider: 'cpu', grain: 0, ...request, output: { path, onExist: 'overwrite' } },
    (event) => {
      events.push(event);
      onEvent(event);
    },
  );
  return { report, events, pixels: (await readPixels(path)).data };
}
