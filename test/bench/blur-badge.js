/**
 * How well the blur badge tells blurred photos from sharp ones, by network:
 *
 *   node test/bench/blur-badge.js --blurred DIR --sharp DIR [--model ID ...]
 *
 * Prints the share that each photo is told to be blurred, and how often a blurred photo has a larger one than a sharp photo
 * (the area under the ROC curve; equal shares count half). Build first.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runnerImport } from 'vite';

const at = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const { values } = parseArgs({
  options: {
    blurred: { type: 'string' },
    sharp: { type: 'string' },
    model: { type: 'string', multiple: true, default: ['adn'] },
  },
});

const { module: engine } = await runnerImport(at('src/main/engine/client.ts'));
const { module: studio } = await runnerImport(at('src/main/engine/studio-client.ts'));
const { module: sniff } = await runnerImport(at('src/main/imaging/sniff.ts'));
const never = new AbortController().signal;
const client = new engine.EngineClient();
const photos = new studio.StudioClient(client, { onEvent: () => undefined });
const summary = {};
try {
  for (const id of values.model) {
    const blurred = await shares(values.blurred, id);
    const sharp = await shares(values.sharp, id);
    const pairs = blurred.flatMap((b) => sharp.map((s) => (b > s ? 1 : b === s ? 0.5 : 0)));
    const auc = pairs.reduce((sum, won) => sum + won, 0) / pairs.length;
    summary[id] = { blurred: told(blurred), sharp: told(sharp), auc: auc.toFixed(3) };
  }
  console.table(summary);
} finally {
  await photos.dispose();
  await client.close();
}

async function shares(folder, model) {
  const found = [];
  for (const name of readdirSync(folder).filter((file) => sniff.formatOfExtension(file) !== null)) {
    await photos.open(never, name, join(folder, name));
    const start = performance.now();
    const share = await photos.blur(never, name, at(`models/${model}`), 'cpu');
    const ms = performance.now() - start;
    console.log(`${model}\t${name}\t${share?.toFixed(3)}\t${ms.toFixed(0)} ms`);
    await photos.close(name);
    found.push(share);
  }
  return found;
}

/** Smallest, middle and largest. */
function told(found) {
  const sorted = [...found].sort((a, b) => a - b);
  return [0, 0.5, 1].map((q) => sorted[Math.round(q * (sorted.length - 1))].toFixed(2)).join(' ');
}
