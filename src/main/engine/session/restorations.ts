/** Restorations of an open photo, by id, and the sharpness of its tiles, which they share. */
import { UnsmearError } from '../../../shared/core/errors.js';
import type { Rect } from '../../../shared/contracts/restore.js';
import type { Manifest } from '../../../shared/contracts/manifest.js';
import { loadManifest } from '../../plugins/verify.js';
import { calmestNoise, tileSharpness, type Sharpness } from '../../blur/sharpness.js';
import { measureNoise, type Noise } from '../../grain/noise.js';
import type { RgbImage } from '../../imaging/index.js';
import { NO_RECOVERY, type FindCall, type RestorationSettings } from '../protocol.js';
import { Restoration } from './restoration.js';
import { restorationId } from './tile-key.js';
import type { TileStore } from './tile-store.js';

export class Restorations {
  private readonly byId = new Map<string, Restoration>();
  /** Sharpness by part of the photo. */
  private readonly sharpness = new Map<string, Sharpness>();
  /** Noise of its calmest part, once measured. */
  private calmest: number | undefined;
  /** Noise of the photo, once measured. */
  private noise: { readonly measured: Noise | null } | undefined;

  constructor(private readonly store: TileStore) {}

  /** Throws `result-missing`. */
  get(id: string): Restoration {
    const restoration = this.byId.get(id);
    if (!restoration) throw new UnsmearError('result-missing', { reason: 'result' });
    return restoration;
  }

  /** Returns the restoration for a call; plans it if it is new. Rejects with `plugin-invalid`. */
  async for(
    image: RgbImage,
    { settings, recovery, version }: Omit<FindCall, 'where'>,
  ): Promise<Restoration> {
    const manifest = await loadManifest(settings.plugin);
    const id = restorationId(settings, manifest);
    const old = this.byId.get(id);
    // Smaller tiles after an out-of-memory mean another grid.
    const same = JSON.stringify(old?.recovery) === JSON.stringify(recovery);
    if (old && same) return old;
    const sharpnessOf = (rect: Rect) => {
      const name = `${rect.x} ${rect.y} ${rect.w} ${rect.h}`;
      this.calmest ??= calmestNoise(image);
      const found = this.sharpness.get(name) ?? tileSharpness(image, rect, this.calmest);
      this.sharpness.set(name, found);
      return found;
    };
    // Asked for before an export in place overwrites pixels.
    const noise = () => (this.noise ??= { measured: measureNoise(image) }).measured;
    const guide = await this.guideFor(image, settings, manifest);
    const shared = { size: image, store: this.store, sharpnessOf, noise, guide };
    const parts = { settings, manifest, recovery, ...shared };
    const made = new Restoration(id, parts, Math.max(version, old?.version ?? 0) + 1);
    this.byId.set(id, made);
    return made;
  }

  /** Returns the restoration that estimates the blur for a network that does not. */
  private async guideFor(
    image: RgbImage,
    settings: RestorationSettings,
    manifest: Manifest,
  ): Promise<Restoration | null> {
    const { guide, workAt, skip } = settings;
    if (guide === null || manifest.pyramid !== undefined || workAt !== 'auto' || !skip) return null;
    const plain = { ...settings, plugin: guide, guide: null, rois: [], selfEnsemble: false };
    return this.for(image, { settings: plain, recovery: NO_RECOVERY, version: 0 });
  }
}
