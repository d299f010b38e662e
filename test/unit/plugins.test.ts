/** Plug-ins are verified before anything of them is loaded. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  describePlugin,
  discoverPlugins,
  listPlugins,
  findPlugin,
  type Plugin,
} from '../../src/main/plugins/discover.js';
import { externalDataOf } from '../../src/main/plugins/external-data.js';
import { makeTinyPlugin } from '../engine/tiny-plugin.js';
import { temporaryFolder } from './photos.js';

const root = temporaryFolder();
let count = 0;

/** A plug-in of one graph, with changes to its manifest and files; as discovery sees it. */
async function inspected(
  change: (folder: string, manifest: Record<string, unknown>) => void,
): Promise<Plugin> {
  const place = join(root, `place-${++count}`);
  const folder = await makeTinyPlugin(place, 'identity');
  const path = join(folder, 'plugin.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  change(folder, manifest);
  writeFileSync(path, JSON.stringify(manifest));
  const [plugin] = await discoverPlugins([{ source: 'installed', folder: place }]);
  return plugin!;
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
    const row = describePlugin(plugin, plugin.manifest);
    expect(row).toMatchObject({ stages: ['Restore'], maps: [], hints: false, trained: null });
    expect([row.verified, row.relativeTime]).toEqual([true, null]);
  });

  it.each<[string, RegExp, Parameters<typeof inspected>[0]]>([
    ['with another hash', /SHA-256/, (_, manifest) => (manifest.sha256 = '0'.repeat(64))],
    [
      'without its graph',
      /nothing\.onnx is missing/,
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
      /leads out/,
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
      /outside the plug-in/,
      (folder) => {
        writeFileSync(join(folder, 'model.onnx'), withExternalData('../weights.bin'));
      },
    ],
    [
      'whose weights lie at an absolute path',
      /outside the plug-in/,
      (folder) => {
        writeFileSync(join(folder, 'model.onnx'), withExternalData('/etc/passwd'));
      },
    ],
    ['of a later kind', /manifestVersion/, (_, manifest) => (manifest.manifestVersion = 2)],
  ])('%s is disabled with the reason', async (_name, reason, change) => {
    expect(await inspected(change)).toMatchObject({
      state: 'disabled',
      reason: expect.stringMatching(reason) as string,
    });
  });

  it.each<[string, RegExp | null, (hash: string) => object[]]>([
    ['with its hash is usable', null, (sha256) => [{ file: 'weights.bin', sha256 }]],
    [
      'with another hash is disabled',
      /weights\.bin is not the file that was published/,
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
    if (reason !== null) expect(plugin.reason).toMatch(reason);
  });

  it('without hashes may read unlisted weights in its folder', async () => {
    const plugin = await inspected((folder) => {
      writeFileSync(join(folder, 'weights.bin'), 'w');
      writeFileSync(join(folder, 'model.onnx'), withExternalData('weights.bin'));
      expect(externalDataOf(join(folder, 'model.onnx'))).toBeInstanceOf(Promise);
    });
    expect(plugin.state).toBe('ok');
    expect(await externalDataOf(join(plugin.folder, 'model.onnx'))).toEqual(['weights.bin']);
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
  expect((await discoverPlugins(places)).map(({ source, state }) => [source, state])).toEqual([
    ['built-in', 'ok'],
    ['installed', 'disabled'],
  ]);
  expect((await findPlugin(null, places)).source).toBe('built-in');
  await expect(findPlugin('other', places)).rejects.toMatchObject({
    code: 'plugin-missing',
    hint: 'There are: tiny-identity.',
  });
});

it('the default network is listed first, and the others by their time for a photo', async () => {
  const place = join(root, 'timed');
  const first = await makeTinyPlugin(place, 'identity');
  const standard = await makeTinyPlugin(place, 'staged');
  await rewrite(first, { msPerMegapixel: 600, training: { steps: 12 } });
  await rewrite(standard, { id: 'adn', msPerMegapixel: 400 });
  const rows = await listPlugins([{ source: 'built-in', folder: place }]);
  expect(rows).toMatchObject([
    { id: 'adn', relativeTime: 1, trained: null, hints: true, verified: false },
    { id: 'tiny-identity', relativeTime: 1.5, trained: 12, hints: false, verified: false },
  ]);
  await rewrite(standard, { version: '' });
  const broken = await listPlugins([{ source: 'built-in', folder: place }]);
  expect(broken.map(({ id, relativeTime }) => [id, relativeTime])).toEqual([
    ['tiny-identity', null],
    ['tiny-staged', null],
  ]);
});

async function rewrite(folder: string, values: object): Promise<void> {
  const path = join(folder, 'plugin.json');
  const manifest = JSON.parse(await readFile(path, 'utf8')) as object;
  await writeFile(path, JSON.stringify({ ...manifest, ...values }));
}
