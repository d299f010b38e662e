/** Packages carry every file that the built-in plug-ins name. */
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { glob } from 'tinyglobby';
import { expect, it } from 'vitest';
import { loadManifest } from '../../src/main/plugins/verify.js';

/** Files of the built-in plug-ins, relative to the project. */
async function pluginFiles(): Promise<string[]> {
  const manifests = await glob('models/*/plugin.json');
  const lists = manifests.map(async (manifest) => {
    const folder = dirname(manifest);
    const { stages, data } = await loadManifest(folder);
    return [manifest, ...[...stages, ...data].map(({ file }) => `${folder}/${file}`)];
  });
  return (await Promise.all(lists)).flat();
}

const PATTERNS: Readonly<Record<string, () => string[]>> = {
  'the npm package': () =>
    (JSON.parse(readFileSync('package.json', 'utf8')) as { files: string[] }).files,
  'the installers': () => {
    const lines = readFileSync('electron-builder.yml', 'utf8').split('\n');
    return lines.flatMap((line) => /^ {2}- (models\/\S+)$/.exec(line)?.[1] ?? []);
  },
};

it.each(Object.entries(PATTERNS))('%s carries all files of the plug-ins', async (_, patterns) => {
  const files = await pluginFiles();
  expect(files).toContain('models/adn/step.onnx');
  const packed = await glob(patterns().filter((pattern) => pattern.startsWith('models/')));
  expect(packed).toEqual(expect.arrayContaining(files));
});
