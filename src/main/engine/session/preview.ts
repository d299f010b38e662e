/**
 * Makes the preview: stage 1 of the whole photo, scaled down. Scaling down shrinks blur, often to
 * nothing, and a network may then smooth sharp areas, so the preview is blended with the input to
 * be nowhere softer than it.
 */
import type { Manifest } from '../../../shared/contracts/manifest.js';
import { encodeForDisplay, scaleRgb, type Picture, type RgbPixels } from '../../imaging/index.js';
import type { WorkerApi } from '../inference/protocol.js';
import { StageBuffers } from '../inference/stage-call.js';
import { loadSpec, type NetworkLock } from '../network-lock.js';
import type { Recovery } from '../protocol.js';
import { compose } from '../tiling/compose.js';
import { planGrid } from '../tiling/grid.js';
import { quantiseResidual } from '../tiling/pixels.js';
import { plainTile } from '../tiling/plan.js';
import { GuardError, runTile, type OnStage, type TileContext } from '../tiling/tile-runner.js';
import type { LoadedPhoto } from './decoded-photos.js';
import type { Restoration } from './restoration.js';

const MAX_PIXELS = 300_000;

/** Detail gain that counts as clear: levels of 255, plus a share of the input's detail. */
const GAIN = { levels: 0.25, share: 0.05 };

/** Previews of one photo, one per plug-in and provider: hints and masks do not change them. */
export class Previews {
  private readonly pictures = new Map<string, Promise<Picture>>();

  constructor(
    private readonly host: { readonly worker: WorkerApi; readonly network: NetworkLock },
  ) {}

  /** Returns the preview if it was made or is being made. */
  made({ manifest, settings }: Restoration): Promise<Picture> | undefined {
    return this.pictures.get(`${manifest.id} ${manifest.version} ${settings.provider}`);
  }

  /** Waits for the network, loads the plug-in and makes the preview. */
  load(restoration: Restoration, loaded: LoadedPhoto): Promise<Picture> {
    const { network } = this.host;
    const { settings, recovery } = restoration;
    return network.hold(async () => {
      await network.load(await loadSpec(settings, recovery));
      return this.make(restoration, loaded);
    });
  }

  /** Makes the preview. The caller must hold the network, with this plug-in loaded. */
  make(restoration: Restoration, loaded: LoadedPhoto): Promise<Picture> {
    const made = this.made(restoration);
    if (made) return made;
    const { manifest, settings, recovery } = restoration;
    const name = `${manifest.id} ${manifest.version} ${settings.provider}`;
    const making = makePreview(this.host.worker, manifest, loaded, recovery);
    this.pictures.set(name, making);
    making.catch(() => this.pictures.delete(name));
    return making;
  }
}

async function makePreview(
  worker: Pick<WorkerApi, 'runStage'>,
  manifest: Manifest,
  loaded: LoadedPhoto,
  { maxTile }: Recovery,
): Promise<Picture> {
  const input = await scaledDown(loaded);
  const restored = await stageOne(worker, manifest, input, maxTile ?? 'auto').catch(
    (error: unknown) => {
      // Shows the photo itself after an implausible output.
      if (error instanceof GuardError) return input;
      throw error;
    },
  );
  return encodeForDisplay(keepDetail(input, restored), loaded.colour, false);
}

/** Scales the smallest sufficient level down to `MAX_PIXELS`. */
async function scaledDown(loaded: LoadedPhoto): Promise<RgbPixels> {
  const { photo } = loaded;
  const levels = await loaded.levels();
  const scale = Math.min(1, Math.sqrt(MAX_PIXELS / (photo.width * photo.height)));
  const width = Math.max(1, Math.floor(photo.width * scale));
  const height = Math.max(1, Math.floor(photo.height * scale));
  const fits = (level: RgbPixels) => level.width >= width && level.height >= height;
  const level = levels.findLast(fits) ?? levels[0]!;
  return { width, height, data: await scaleRgb(level, width, height) };
}

async function stageOne(
  worker: Pick<WorkerApi, 'runStage'>,
  manifest: Manifest,
  image: RgbPixels,
  side: number | 'auto',
): Promise<RgbPixels> {
  const grid = planGrid(image.width, image.height, manifest.tile, side);
  const buffers = new StageBuffers(3 * grid.tileWidth * grid.tileHeight);
  const options = { rois: [], skip: false, maps: false };
  const context: TileContext = { worker, manifest, image, grid, buffers, ...options };
  const residuals = new Map<number, Int16Array>();
  for (const tile of grid.tiles) {
    const keep: OnStage = (_, { restored }) => {
      residuals.set(tile.index, quantiseResidual(restored, image, grid, tile, manifest.image));
    };
    await runTile(context, plainTile(tile), false, keep, 1);
  }
  const data = new Uint8Array(image.data.length);
  const source = { residual: (tile: number) => residuals.get(tile) ?? null };
  compose(image, data, grid, source, { mask: null, strength: 1 });
  return { width: image.width, height: image.height, data };
}

/**
 * Blends input and restored by the gain in detail: no gain keeps the input byte for byte, a clear
 * gain (`GAIN`) takes the network's pixel. Detail is the mean absolute difference of the luma from
 * its 5 × 5 mean, over 9 × 9 pixels.
 */
export function keepDetail(input: RgbPixels, restored: RgbPixels): RgbPixels {
  const { width, height } = input;
  const before = detailOf(input);
  const after = detailOf(restored);
  const data = new Uint8Array(input.data.length);
  for (let i = 0; i < before.length; i++) {
    const gain = (after[i]! - before[i]!) / (GAIN.levels + GAIN.share * before[i]!);
    const share = gain < 0 ? 0 : gain > 1 ? 1 : gain;
    for (let at = i * 3; at < i * 3 + 3; at++) {
      data[at] = input.data[at]! + share * (restored.data[at]! - input.data[at]!) + 0.5;
    }
  }
  return { width, height, data };
}

function detailOf({ width, height, data }: RgbPixels): Float32Array {
  const luma = new Float32Array(width * height);
  for (let i = 0, at = 0; i < luma.length; i++, at += 3) {
    luma[i] = 0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]!;
  }
  const mean = boxMean(luma, width, height, 2);
  for (let i = 0; i < luma.length; i++) luma[i] = Math.abs(luma[i]! - mean[i]!);
  return boxMean(luma, width, height, 4);
}

/** Returns the mean over (2r + 1)² pixels, of those inside the picture. */
function boxMean(values: Float32Array, width: number, height: number, r: number): Float32Array {
  const rows = new Float32Array(values.length);
  for (let y = 0; y < height; y++) meanAlong(values, rows, y * width, 1, width, r);
  const out = new Float32Array(values.length);
  for (let x = 0; x < width; x++) meanAlong(rows, out, x, width, height, r);
  return out;
}

function meanAlong(
  from: Float32Array,
  to: Float32Array,
  start: number,
  step: number,
  length: number,
  r: number,
): void {
  let sum = 0;
  for (let i = 0; i < Math.min(r, length); i++) sum += from[start + i * step]!;
  for (let i = 0; i < length; i++) {
    if (i + r < length) sum += from[start + (i + r) * step]!;
    if (i - r - 1 >= 0) sum -= from[start + (i - r - 1) * step]!;
    to[start + i * step] = sum / (Math.min(length - 1, i + r) - Math.max(0, i - r) + 1);
  }
}
