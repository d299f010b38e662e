/** What the program sees in the photos of a set, with the program's own code: what the score is fitted to. */
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';
import { fitHidden, fitLogistic } from './fit.js';

const at = (path) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const load = async (path) => (await runnerImport(at(path))).module;

/** For each photo of `set` its looks and the columns they stand in; difficulty by the network in `plugin`, a folder. */
export async function looksOf(set, plugin, told) {
  const { lookAt } = await load('src/main/engine/blur/judge.ts');
  const { patchGrid } = await load('src/main/engine/blur/patches.ts');
  const { SIDE } = await load('src/main/engine/blur/lightness.ts');
  const { decodePhoto } = await load('src/main/imaging/index.ts');
  const { PluginSessions } = await load('src/main/engine/inference/sessions.ts');
  const { verifyPlugin } = await load('src/main/plugins/verify.ts');
  const { outcome } = await load('src/shared/protocol/channel.ts');
  const verified = await verifyPlugin(plugin);
  const { manifest } = verified;
  const sessions = await PluginSessions.load(verified, 'cpu', 1);
  const worker = { runStage: (call) => outcome(() => sessions.run(call)) };
  const never = new AbortController().signal;
  const seen = [];
  for (const { path } of set) {
    const photo = await decodePhoto(path);
    const grid = patchGrid(photo.width, photo.height, SIDE);
    const looks = await lookAt(never, photo, grid, { worker, manifest });
    seen.push({ looks, columns: grid.columns });
    told(seen.length, set.length);
  }
  await sessions.release();
  return seen;
}

/** The three regressions of a calibration: of patches, of parts, and of photos by what was told of these. */
export async function calibrate(set, seen, network) {
  const { photoSigns, probability } = await load('src/main/engine/blur/score.ts');
  const { regionSigns } = await load('src/main/engine/blur/signs.ts');
  const signs = seen.map(({ looks, columns }) =>
    regionSigns(network ? looks : looks.map((look) => ({ ...look, network: null })), columns),
  );
  // Where only a part moved, nobody knows what lies in it.
  const whole = set.flatMap(({ motion, blurred }, i) =>
    motion === 'partial' ? [] : [{ ...signs[i], label: Number(blurred) }],
  );
  const [patch, part] = ['patches', 'parts'].map((kind) =>
    fitHidden(
      whole.flatMap((photo) => photo[kind]),
      whole.flatMap((photo) => photo[kind].map(() => photo.label)),
      HIDDEN,
    ),
  );
  const told = signs.map(({ patches, parts }) =>
    photoSigns(
      patches.map((row) => probability(patch, row)),
      parts.map((row) => probability(part, row)),
    ),
  );
  const labels = set.map(({ blurred }) => Number(blurred));
  return { patch, part, photo: fitLogistic(told, labels, RIDGE) };
}

const HIDDEN = { units: 16, steps: 400, rate: 0.02, decay: 0.1, seed: 5 };
/** What is told of patches and of parts is much alike. */
const RIDGE = 3;
