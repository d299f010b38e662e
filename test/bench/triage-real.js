/**
 * What triage says of real photos, as they are and moved by a known length:
 *
 *   node test/bench/triage-real.js --sharp DIR [--sharp DIR] [--blurred DIR] [--length 7 --length 15] [--model adn]
 *
 * The photos of the first `--sharp` are moved, straight, in directions that are the same every time. Build first.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { runnerImport } from 'vite';
import { encode, motionKernel, smear, writeJpeg } from './triage/camera.js';
import { areaUnderRoc } from './triage/fit.js';
import { Random } from './triage/random.js';
import { TO_LINEAR } from './triage/scene.js';

const at = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const { values } = parseArgs({
  options: {
    sharp: { type: 'string', multiple: true, default: [] },
    blurred: { type: 'string', multiple: true, default: [] },
    length: { type: 'string', multiple: true, default: ['4', '7', '15', '25'] },
    model: { type: 'string', default: 'adn' },
  },
});
const { module: engine } = await runnerImport(at('src/main/engine/supervisor/client.ts'));
const { module: triage } = await runnerImport(at('src/main/engine/supervisor/triage-client.ts'));
const { module: shared } = await runnerImport(at('src/shared/contracts/triage.ts'));
const client = new engine.EngineClient();
const work = mkdtempSync(join(tmpdir(), 'unsmear-triage-real-'));
try {
  const sharps = [];
  for (const folder of values.sharp) sharps.push([folder, await scoresOf(photosIn(folder))]);
  const others = [];
  for (const folder of values.blurred) others.push([folder, await scoresOf(photosIn(folder))]);
  for (const length of values.length) {
    others.push([
      `moved by ${length}`,
      await scoresOf(await moved(photosIn(values.sharp[0]), Number(length))),
    ]);
  }
  const all = sharps.flatMap(([, scores]) => scores);
  const rows = [
    ...sharps.map(([name, scores]) => [`sharp: ${basename(name)}`, summary(scores)]),
    ...others.map(([name, scores]) => [
      basename(name),
      { ...summary(scores), areaAgainstSharp: areaUnderRoc(scores, all).toFixed(3) },
    ]),
  ];
  console.table(Object.fromEntries(rows));
} finally {
  await client.close();
  rmSync(work, { recursive: true });
}

function photosIn(folder) {
  return readdirSync(folder)
    .sort()
    .map((name) => join(folder, name));
}

async function scoresOf(paths) {
  const settings = { plugin: at(`models/${values.model}`), provider: 'cpu', threads: null };
  const never = new AbortController().signal;
  const scores = [];
  for (const input of paths) {
    const { blur } = await triage.triagePhoto(client, never, { ...settings, input });
    scores.push(blur.score);
  }
  return scores;
}

function summary(scores) {
  const sorted = [...scores].sort((a, b) => a - b);
  return {
    photos: scores.length,
    blurred: scores.filter((score) => shared.isBlurred({ score })).length,
    smallest: sorted[0].toFixed(2),
    middle: sorted[scores.length >> 1].toFixed(2),
    largest: sorted.at(-1).toFixed(2),
  };
}

async function moved(paths, length) {
  const out = [];
  for (const [i, path] of paths.entries()) {
    const { data, info } = await sharp(path)
      .flatten()
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
    const light = Uint16Array.from(data, (level) => TO_LINEAR[level]);
    const kernel = motionKernel(new Random(i), length, false);
    const file = join(work, `${length}-${i}.jpg`);
    await writeJpeg(file, encode(smear(light, info, kernel)), info, 95, '4:4:4');
    out.push(file);
  }
  return out;
}
