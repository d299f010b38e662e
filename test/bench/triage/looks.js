/** Computes the features of photos with the program's own code, and fits the blur score to them. */
import { load } from '../tools.js';
import { fitHidden, fitLogistic } from './fit.js';

/**
 * @typedef {import('./set.js').Photo} Photo
 * @typedef {typeof import('../../../src/main/engine/network/blur-scorer.js')} Scorer
 * @typedef {typeof import('../../../src/main/blur/patches.js')} Patches
 * @typedef {typeof import('../../../src/main/blur/score.js')} Score
 * @typedef {typeof import('../../../src/main/blur/signs.js')} Signs
 * @typedef {typeof import('../../../src/main/imaging/index.js')} Imaging
 * @typedef {typeof import('../../../src/main/engine/inference/sessions.js')} Sessions
 * @typedef {typeof import('../../../src/main/plugins/verify.js')} Verify
 * @typedef {Awaited<ReturnType<Scorer['measurePatches']>>} Looks
 * @typedef {{ looks: Looks, columns: number }} Seen Patches of a photo, and the grid's columns.
 */

const HIDDEN = { units: 16, steps: 400, rate: 0.02, decay: 0.1, seed: 5 };
/** Features of patches and of parts are strongly correlated. */
const RIDGE = 3;

/**
 * Computes the patches of each photo, with difficulties from a model.
 * @param {readonly Photo[]} set
 * @param {string} plugin Folder of the model.
 * @param {import('./set.js').OnProgress} onProgress
 */
export async function looksOf(set, plugin, onProgress) {
  const { measurePatches } = /** @type {Scorer} */ (
    await load('src/main/engine/network/blur-scorer.ts')
  );
  const { patchGrid } = /** @type {Patches} */ (await load('src/main/blur/patches.ts'));
  const { decodePhoto } = /** @type {Imaging} */ (await load('src/main/imaging/index.ts'));
  const { PluginSessions } = /** @type {Sessions} */ (
    await load('src/main/engine/inference/sessions.ts')
  );
  const { verifyPlugin } = /** @type {Verify} */ (await load('src/main/plugins/verify.ts'));
  const verified = await verifyPlugin(plugin);
  const { manifest } = verified;
  const sessions = await PluginSessions.load(verified, 'cpu', 1);
  /** @type {NonNullable<Parameters<Scorer['measurePatches']>[3]>['worker']} */
  const worker = { runStage: (call) => sessions.run(call) };
  const never = new AbortController().signal;
  /** @type {Seen[]} */
  const seen = [];
  for (const { path } of set) {
    const photo = await decodePhoto(path);
    const grid = patchGrid(photo.width, photo.height);
    const looks = await measurePatches(never, photo, grid, { worker, manifest });
    seen.push({ looks, columns: grid.columns });
    onProgress(seen.length, set.length);
  }
  await sessions.release();
  return seen;
}

/**
 * Fits the three regressions of a calibration: of patches, of parts of photos, and of photos.
 * @param {readonly Photo[]} set
 * @param {readonly Seen[]} seen
 * @param {boolean} network Whether to use the model's difficulties.
 */
export async function calibrate(set, seen, network) {
  const { photoSigns, probability } = /** @type {Score} */ (await load('src/main/blur/score.ts'));
  const { regionSigns } = /** @type {Signs} */ (await load('src/main/blur/signs.ts'));
  const signs = seen.map(({ looks, columns }) =>
    regionSigns(network ? looks : looks.map((look) => ({ ...look, network: null })), columns),
  );
  // A partly moved photo has no label per patch.
  const whole = set.flatMap(({ motion, blurred }, i) =>
    motion === 'partial' ? [] : [{ ...signs[i], label: Number(blurred) }],
  );
  const [patch, part] = /** @type {const} */ (['patches', 'parts']).map((kind) =>
    fitHidden(
      whole.flatMap((photo) => photo[kind]),
      whole.flatMap((photo) => photo[kind].map(() => photo.label)),
      HIDDEN,
    ),
  );
  const features = signs.map(({ patches, parts }) =>
    photoSigns(
      patches.map((row) => probability(patch, row)),
      parts.map((row) => probability(part, row)),
    ),
  );
  const labels = set.map(({ blurred }) => Number(blurred));
  return { patch, part, photo: fitLogistic(features, labels, RIDGE) };
}
