/** What the editor shows while the work goes on: each tile's result after each stage. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { RestoreRequest } from '../../../shared/contracts/restore.js';
import { writeRgbPng } from '../../imaging/index.js';
import { blendPatch } from '../tiling/compose.js';
import type { JobHost } from './job.js';
import { quantiseResidual, type RgbImage } from '../tiling/pixels.js';
import type { PlannedTile } from '../tiling/plan.js';
import type { StageOutcome, TileContext } from '../tiling/tile-runner.js';

export class PreviewWriter {
  private constructor(
    private readonly request: RestoreRequest,
    private readonly photo: RgbImage,
    private readonly mask: Uint8Array | null,
  ) {}

  static async open(
    request: RestoreRequest,
    photo: RgbImage,
    mask: Uint8Array | null,
  ): Promise<PreviewWriter> {
    if (request.previewDir !== null) await mkdir(request.previewDir, { recursive: true });
    return new PreviewWriter(request, photo, mask);
  }

  /** Emits the `stage` event, after its picture was written when pictures were asked for. */
  async tell(
    host: Pick<JobHost, 'emit'>,
    context: TileContext,
    { tile }: PlannedTile,
    stage: number,
    outcome: StageOutcome,
  ): Promise<void> {
    host.emit({
      type: 'stage',
      tile: tile.index,
      stage,
      label: context.manifest.stages[stage]?.label ?? '',
      ms: outcome.ms,
      rect: tile.rect,
      difficulty: outcome.difficulty,
      preview: await this.write(context, { tile }, stage, outcome),
    });
  }

  private async write(
    context: TileContext,
    { tile }: Pick<PlannedTile, 'tile'>,
    stage: number,
    { restored }: StageOutcome,
  ): Promise<string | null> {
    const { previewDir, strength } = this.request;
    if (previewDir === null) return null;
    const { rect } = tile;
    const format = context.manifest.image;
    const residual = quantiseResidual(restored, this.photo, context.grid, tile, format);
    const pixels = blendPatch(this.photo, rect, residual, this.mask, strength);
    const path = join(previewDir, `tile${tile.index}.stage${stage + 1}.png`);
    await writeRgbPng(path, rect.w, rect.h, pixels);
    return path;
  }
}
