/** Plug-ins are verified before anything of them is loaded. */
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PluginRegistry } from '../../src/main/plugins/registry.js';
import { requireUnchanged, verifyPlugin } from '../../src/main/plugins/verify.js';
import type { PluginRow, PluginSource } from '../../src/shared/contracts/models.js';
import { externalDataOf } from '../../src/main/plugins/external-data.js';
import { makeTinyPlugin } from '../engine/tiny-plugin.js';
import { temporaryFolder } from './photos.js';
import { inEnglish } from '../../src/shared/texts/explain.js';

const root = temporaryFolder();
let count = 0;

/** Returns the registry's row of a plug-in of one graph after changes to its manifest and files. */
async function inspected(
  change: (folder: string, manifest: Record<string, unknown>) => void,
): Promise<PluginRow> {
  const place = join(root, `place-${++count}`);
  const folder = await makeTinyPlugin(place, 'identity');
  const path = join(folder, 'plugin.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  change(folder, manifest);
  writeFileSync(path, JSON.stringify(manifest));
  const [plugin] = await registryOf(place).list();
  return plugin!;
}

function registryOf(folder: string, source: PluginSource = 'installed'): PluginRegistry {
  return new PluginRegistry(() => [{ source, folder }]);
}

/** Field `number` with these bytes, in protobuf. */
function field(number: number, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const length: number[] = [];
  for (let rest = body.length; ; rest >>= 7) {
    if (rest < 128) {
      length.push(rest);
      break;
    }
    length.push((rest & 127) | 128);
  }
  const tag = number * 8 + 2;
  return Buffer.concat([
    Buffer.from(tag < 128 ? [tag] : [(tag & 127) | 128, tag >> 7]),
    Buffer.from(length),
    body,
  ]);
}

/** A model whose only tensor lies in another file. */
function withExternalData(location: string): Buffer {
  const entry = field(13, field(1, Buffer.from('location')), field(2, Buffer.from(location)));
  return field(7, field(5, field(8, Buffer.from('w')), entry));
}

describe('a plug-in', () => {
  it('with the hash it was published with is usable', async () => {
    const plugin = await inspected((folder, manifest) => {
      manifest.sha256 = createHash('sha256')
        .update(readFileSync(join(folder, 'model.onnx')))
        .digest('hex');
    });
    expect(plugin).toMatchObject({ id: 'tiny-identity', state: 'ok', reason: null });
    expect(plugin).toMatchObject({ stages: ['Restore'], maps: [], hints: false, trained: null });
    expect([plugin.verified, plugin.relativeTime]).toEqual([true, null]);
  });

  it.each<[string, RegExp, Parameters<typeof inspected>[0]]>([
    ['with another hash', /SHA-256/, (_, manifest) => (manifest.sha256 = '0'.repeat(64))],
    [
      'without its graph',
      /nothing\.onnx .* is missing/,
      (_, manifest) => (manifest.file = 'nothing.onnx'),
    ],
    ['whose path climbs out', /relative path/, (_, manifest) => (manifest.file = '../model.onnx')],
    ['whose path is absolute', /relative path/, (_, manifest) => (manifest.file = '/etc/passwd')],
    [
      'whose graph is a folder',
      /not a file/,
      (folder, manifest) => {
        mkdirSync(join(folder, 'inner.onnx'));
        manifest.file = 'inner.onnx';
      },
    ],
    [
      'whose link leads out',
      /outside the model/,
      (folder, manifest) => {
        writeFileSync(join(folder, '..', 'outside.onnx'), 'x');
        symlinkSync('../outside.onnx', join(folder, 'link.onnx'));
        manifest.file = 'link.onnx';
      },
    ],
    [
      'whose graph is none',
      /not an ONNX file/,
      (folder) => {
        writeFileSync(join(folder, 'model.onnx'), 'Only words, no graph at all.');
      },
    ],
    [
      'whose weights lie outside',
      /outside the model/,
      (folder) => {
        writeFileSync(join(folder, 'model.onnx'), withExternalData('../weights.bin'));
      },
    ],
    [
      'whose weights lie at an absolute path',
      /outside the model/,
      (folder) => {
        writeFileSync(join(folder, 'model.onnx'), withExternalData('/etc/passwd'));
      },
    ],
    ['of a later kind', /manifestVersion/, (_, manifest) => (manifest.manifestVersion = 2)],
  ])('%s is disabled with the reason', async (_name, reason, change) => {
    const plugin = await inspected(change);
    expect(plugin.state).toBe('disabled');
    expect(inEnglish(plugin.reason!).message).toMatch(reason);
  });

  it.each<[string, RegExp | null, (hash: string) => object[]]>([
    ['with its hash is usable', null, (sha256) => [{ file: 'weights.bin', sha256 }]],
    [
      'with another hash is disabled',
      /weights\.bin .* is not the one that was published/,
      () => [{ file: 'weights.bin', sha256: '0'.repeat(64) }],
    ],
    ['that it does not list is disabled', /does not list/, () => []],
    [
      'that climbs out is disabled',
      /relative path/,
      (sha256) => [{ file: '../weights.bin', sha256 }],
    ],
  ])('whose hashed graph reads weights %s', async (_name, reason, data) => {
    const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex');
    const plugin = await inspected((folder, manifest) => {
      const graph = withExternalData('weights.bin');
      writeFileSync(join(folder, 'weights.bin'), 'w');
      writeFileSync(join(folder, 'model.onnx'), graph);
      manifest.sha256 = sha256(graph);
      manifest.data = data(sha256('w'));
    });
    expect(plugin.state).toBe(reason === null ? 'ok' : 'disabled');
    if (reason !== null) expect(inEnglish(plugin.reason!).message).toMatch(reason);
  });

  it('without hashes may read unlisted weights in its folder', async () => {
    let graph = '';
    const plugin = await inspected((folder) => {
      graph = join(folder, 'model.onnx');
      writeFileSync(join(folder, 'weights.bin'), 'w');
      writeFileSync(graph, withExternalData('weights.bin'));
    });
    expect(plugin.state).toBe('ok');
    expect(await externalDataOf(graph)).toEqual(['weights.bin']);
  });
});

it('a built-in plug-in keeps its id', async () => {
  const builtIn = join(root, 'built-in');
  const installed = join(root, 'installed');
  await makeTinyPlugin(builtIn, 'identity');
  await makeTinyPlugin(installed, 'identity');
  const places = [
    { source: 'built-in' as const, folder: builtIn },
    { source: 'installed' as const, folder: installed },
  ];
  const registry = new PluginRegistry(() => places);
  expect((await registry.list()).map(({ source, state }) => [source, state])).toEqual([
    ['built-in', 'ok'],
    ['installed', 'disabled'],
  ]);
  expect(await registry.default()).toMatchObject({ folder: join(builtIn, 'tiny-identity') });
  expect(await registry.find('tiny-identity')).toEqual(await registry.default());
  await expect(registry.find('other')).rejects.toMatchObject({
    code: 'plugin-missing',
    params: { reason: 'id', id: 'other', known: 'tiny-identity' },
  });
});

it('lists the plug-in marked as default first, and times as multiples of its time', async () => {
  const place = join(root, 'timed');
  const first = await makeTinyPlugin(place, 'identity');
  const standard = await makeTinyPlugin(place, 'staged');
  await rewrite(first, { msPerMegapixel: 600, training: { steps: 12 } });
  await rewrite(standard, { default: true, msPerMegapixel: 400 });
  const rows = await registryOf(place, 'built-in').list();
  expect(rows).toMatchObject([
    { id: 'tiny-staged', relativeTime: 1, trained: null, hints: true, verified: false },
    { id: 'tiny-identity', relativeTime: 1.5, trained: 12, hints: false, verified: false },
  ]);
  await rewrite(standard, { version: '' });
  const broken = await registryOf(place, 'built-in').list();
  expect(broken.map(({ id, relativeTime }) => [id, relativeTime])).toEqual([
    ['tiny-identity', null],
    ['tiny-staged', null],
  ]);
});

describe('a verified plug-in', () => {
  it('is verified anew after one of its files has changed', async () => {
    const folder = await makeTinyPlugin(join(root, 'cached'), 'identity');
    const graph = join(folder, 'model.onnx');
    const sha256 = createHash('sha256').update(readFileSync(graph)).digest('hex');
    await rewrite(folder, { sha256 });
    expect(await verifyPlugin(folder)).toEqual(await verifyPlugin(folder));
    writeFileSync(graph, 'other');
    await expect(verifyPlugin(folder)).rejects.toMatchObject({ code: 'plugin-invalid' });
  });

  it.each<[string, (graph: string) => void]>([
    ['written', (graph) => writeFileSync(graph, readFileSync(graph))],
    [
      'replaced by a copy',
      (graph) => {
        copyFileSync(graph, `${graph}.new`);
        renameSync(`${graph}.new`, graph);
      },
    ],
    ['deleted', (graph) => unlinkSync(graph)],
  ])('is refused when a file was %s after the verification', async (name, change) => {
    const plugin = await verifyPlugin(await makeTinyPlugin(join(root, name), 'identity'));
    await requireUnchanged(plugin);
    change(plugin.files['model.onnx']!.path);
    await expect(requireUnchanged(plugin)).rejects.toMatchObject({
      code: 'plugin-invalid',
      params: { reason: 'changed', file: 'model.onnx' },
    });
  });

  it('is refused when weights that its manifest does not list were changed', async () => {
    const folder = await makeTinyPlugin(join(root, 'unlisted'), 'identity');
    writeFileSync(join(folder, 'weights.bin'), 'w');
    writeFileSync(join(folder, 'model.onnx'), withExternalData('weights.bin'));
    const plugin = await verifyPlugin(folder);
    writeFileSync(join(folder, 'weights.bin'), 'v');
    await expect(requireUnchanged(plugin)).rejects.toMatchObject({ code: 'plugin-invalid' });
  });
});

async function rewrite(folder: string, values: object): Promise<void> {
  const path = join(folder, 'plugin.json');
  const manifest = JSON.parse(await readFile(path, 'utf8')) as object;
  await writeFile(path, JSON.stringify({ ...manifest, ...values }));
}
