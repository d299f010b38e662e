/**
 * Makes plug-ins of a few hundred bytes with the interface of the real ones: ONNX graphs that the
 * runtime runs, generated so that no binary is committed.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  encodeModel,
  type ConstantSpec,
  type GraphSpec,
  type NodeSpec,
} from '../../src/main/plugins/onnx-writer.js';

export type TinyKind =
  | 'staged'
  | 'single'
  | 'nan'
  | 'dark'
  | 'easy'
  | 'identity'
  /** Smooths the image. */
  | 'soft'
  /** Needs more memory than any machine has for tiles above 128 × 128. */
  | 'hungry'
  /** Fails in the runtime on every tile. */
  | 'failing'
  /** Never finishes: an endless loop. */
  | 'endless'
  /** Has two stages; the image of the first is black. */
  | 'dark-first'
  /** Treats left and right differently and follows hints; has maps. */
  | 'slanted'
  /** A pyramid step that finds a motion of 32 px along x at every octave, and keeps the guess. */
  | 'octaves';

export const TINY_STRIDE = 4;

const IMAGE = { name: 'image', shape: [1, 3, 'h', 'w'] } as const;
const RESTORED = { name: 'restored', shape: [1, 3, 'h', 'w'] } as const;
const grid = (name: string, channels = 1) => ({ name, shape: [1, channels, 'gh', 'gw'] });

/** Writes plugin.json and its graphs; returns the folder. */
export async function makeTinyPlugin(root: string, kind: TinyKind, tile = {}): Promise<string> {
  const folder = join(root, `tiny-${kind}`);
  await mkdir(folder, { recursive: true });
  const common = { manifestVersion: 1, id: `tiny-${kind}`, name: `Tiny ${kind}`, version: '1.0.0' };
  const size = { multipleOf: 16, min: 32, preferred: 96, max: 128, overlap: 16, ...tile };
  let manifest: object;
  if (kind === 'staged' || kind === 'easy' || kind === 'dark-first') {
    const first = stage1(kind === 'easy' ? 1e-6 : 1);
    await save(folder, 'stage1.onnx', kind === 'dark-first' ? darkened(first) : first);
    await save(folder, 'stage2.onnx', stage2());
    manifest = { ...common, tile: size, ...stagedManifest() };
  } else if (kind === 'slanted') {
    await save(folder, 'stage1.onnx', slanted());
    manifest = { ...common, tile: size, ...slantedManifest() };
  } else if (kind === 'octaves') {
    await save(folder, 'step.onnx', octaveStep());
    manifest = { ...common, tile: { ...size, multipleOf: 8 }, ...octavesManifest() };
  } else {
    await save(folder, 'model.onnx', single(kind));
    manifest = { ...common, tile: size, file: 'model.onnx' };
  }
  await writeFile(join(folder, 'plugin.json'), JSON.stringify(manifest));
  return folder;
}

function stagedManifest() {
  return {
    inputs: { image: 'image', roi: 'roi', budget: 'budget' },
    roiStride: TINY_STRIDE,
    roiGain: 6,
    stages: [
      {
        file: 'stage1.onnx',
        label: 'First',
        outputs: { restored: 'restored', difficulty: 'difficulty', state: ['f1'] },
        maps: { attention: 'attention' },
      },
      {
        file: 'stage2.onnx',
        label: 'Second',
        inputs: ['f1'],
        outputs: { restored: 'restored', difficulty: 'difficulty' },
        maps: { samples: 'samples', offsets: 'offsets' },
      },
    ],
  };
}

function slantedManifest() {
  return {
    inputs: { image: 'image', roi: 'roi' },
    roiStride: TINY_STRIDE,
    roiGain: 1,
    stages: [
      {
        file: 'stage1.onnx',
        label: 'Slanted',
        outputs: { restored: 'restored', difficulty: 'difficulty' },
        maps: { attention: 'difficulty', offsets: 'offsets' },
      },
    ],
  };
}

function octavesManifest() {
  return {
    pyramid: {
      file: 'step.onnx',
      inputs: { image: 'image', guess: 'guess' },
      outputs: { restored: 'restored', extent: 'extent', kind: 'kind' },
      maxOctaves: 5,
    },
  };
}

/** Builds restored = the sharpened image + (guess - image) / 2, with the same blur everywhere. */
function octaveStep(): GraphSpec {
  const { nodes, constants } = sharpen(0.5);
  const cells = { kernel_shape: [8, 8], strides: [8, 8] };
  const blur = (name: string, values: readonly number[]) => ({
    constants: [{ name: `${name}0`, shape: [1, 3, 1, 1], data: Float32Array.from(values) }],
    nodes: [{ op: 'Add', inputs: ['nothing', `${name}0`], outputs: [name] }],
  });
  const [extent, kind] = [blur('extent', [32 ** 2 / 12, 0, 0]), blur('kind', [0.1, 0.8, 0.1])];
  const half = { name: 'half', shape: [1], data: Float32Array.of(0.5) };
  const zero = { name: 'zero', shape: [1], data: Float32Array.of(0) };
  return {
    inputs: [IMAGE, { ...IMAGE, name: 'guess' }],
    outputs: [RESTORED, grid('extent', 3), grid('kind', 3)],
    constants: [...constants, ...extent.constants, ...kind.constants, half, zero],
    nodes: [
      ...nodes.map((node) => ({
        ...node,
        outputs: node.outputs.map((name) => (name === 'restored' ? 'sharpened' : name)),
      })),
      { op: 'Sub', inputs: ['guess', 'image'], outputs: ['known'] },
      { op: 'Mul', inputs: ['known', 'half'], outputs: ['part'] },
      { op: 'Add', inputs: ['sharpened', 'part'], outputs: ['restored'] },
      { op: 'AveragePool', inputs: ['image'], outputs: ['cells'], attributes: cells },
      { op: 'Mul', inputs: ['cells', 'zero'], outputs: ['nothing'] },
      ...extent.nodes,
      ...kind.nodes,
    ],
  };
}

async function save(folder: string, name: string, graph: GraphSpec): Promise<void> {
  await writeFile(join(folder, name), encodeModel(graph));
}

const pool = { kernel_shape: [TINY_STRIDE, TINY_STRIDE], strides: [TINY_STRIDE, TINY_STRIDE] };

/** Builds restored = image + amount × (image − its 3×3 mean), which keeps the mean. */
function sharpen(amount: number): { nodes: NodeSpec[]; constants: ConstantSpec[] } {
  return {
    nodes: [
      // A box filter of the same size: average pooling does not count the padding.
      {
        op: 'AveragePool',
        inputs: ['image'],
        outputs: ['mean'],
        attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1] },
      },
      { op: 'Sub', inputs: ['image', 'mean'], outputs: ['detail'] },
      { op: 'Mul', inputs: ['detail', 'amount'], outputs: ['boost'] },
      { op: 'Add', inputs: ['image', 'boost'], outputs: ['restored'] },
    ],
    constants: [{ name: 'amount', shape: [1], data: Float32Array.of(amount) }],
  };
}

function stage1(amount: number): GraphSpec {
  const { nodes, constants } = sharpen(amount);
  return {
    inputs: [IMAGE],
    outputs: [
      RESTORED,
      grid('difficulty'),
      { name: 'f1', shape: [1, 3, 'h', 'w'] },
      grid('attention'),
    ],
    constants,
    nodes: [
      ...nodes,
      { op: 'Abs', inputs: ['boost'], outputs: ['f1'] },
      ...meanMap('f1', 'difficulty'),
      { op: 'Sqrt', inputs: ['difficulty'], outputs: ['attention'] },
    ],
  };
}

/** Builds restored = image + (image − the mean of its left neighbours) + hint / 100. */
function slanted(): GraphSpec {
  const left = { kernel_shape: [1, 3], pads: [0, 2, 0, 0] };
  return {
    inputs: [IMAGE, grid('roi')],
    outputs: [RESTORED, grid('difficulty'), grid('offsets', 2)],
    constants: [
      { name: 'scales', shape: [4], data: Float32Array.of(1, 1, TINY_STRIDE, TINY_STRIDE) },
      { name: 'share', shape: [1], data: Float32Array.of(0.01) },
    ],
    nodes: [
      { op: 'AveragePool', inputs: ['image'], outputs: ['mean'], attributes: left },
      { op: 'Sub', inputs: ['image', 'mean'], outputs: ['detail'] },
      { op: 'Resize', inputs: ['roi', '', 'scales'], outputs: ['large'] },
      { op: 'Mul', inputs: ['large', 'share'], outputs: ['hint'] },
      { op: 'Add', inputs: ['image', 'detail'], outputs: ['sharper'] },
      { op: 'Add', inputs: ['sharper', 'hint'], outputs: ['restored'] },
      { op: 'Abs', inputs: ['detail'], outputs: ['size'] },
      ...meanMap('size', 'difficulty'),
      {
        op: 'Concat',
        inputs: ['difficulty', 'roi'],
        outputs: ['offsets'],
        attributes: { axis: 1 },
      },
    ],
  };
}

/** Builds maps that depend on hints and budget. */
function stage2(): GraphSpec {
  const { nodes, constants } = sharpen(1.5);
  return {
    inputs: [
      IMAGE,
      { name: 'f1', shape: [1, 3, 'h', 'w'] },
      grid('roi'),
      { name: 'budget', shape: [1] },
    ],
    outputs: [RESTORED, grid('difficulty'), grid('samples'), grid('offsets', 2)],
    constants,
    nodes: [
      ...nodes,
      ...meanMap('f1', 'difficulty'),
      { op: 'Add', inputs: ['difficulty', 'roi'], outputs: ['logits'] },
      { op: 'Sigmoid', inputs: ['logits'], outputs: ['share'] },
      { op: 'Mul', inputs: ['share', 'budget'], outputs: ['samples'] },
      {
        op: 'Concat',
        inputs: ['difficulty', 'share'],
        outputs: ['offsets'],
        attributes: { axis: 1 },
      },
    ],
  };
}

/** Returns the same graph with a black image. */
function darkened(graph: GraphSpec): GraphSpec {
  const nodes = graph.nodes.filter(({ outputs }) => outputs[0] !== 'restored');
  const black = { op: 'Sub', inputs: ['image', 'image'], outputs: ['restored'] };
  return { ...graph, nodes: [...nodes, black] };
}

/** Adds the mean of (3 h w / 27,648)^6 × 100,000 zeros: 13 MB at 128 × 128, 200 TB at 512 × 512. */
const HUNGRY: Pick<GraphSpec, 'nodes' | 'constants'> = {
  nodes: [
    { op: 'Shape', inputs: ['image'], outputs: ['shape'] },
    { op: 'Cast', inputs: ['shape'], outputs: ['sides'], attributes: { to: 1 } },
    { op: 'ReduceProd', inputs: ['sides'], outputs: ['size'], attributes: { axes: [0] } },
    { op: 'Div', inputs: ['size', 'small'], outputs: ['ratio'] },
    { op: 'Pow', inputs: ['ratio', 'power'], outputs: ['steep'] },
    { op: 'Mul', inputs: ['steep', 'many'], outputs: ['count'] },
    { op: 'Cast', inputs: ['count'], outputs: ['length'], attributes: { to: 7 } },
    { op: 'ConstantOfShape', inputs: ['length'], outputs: ['zeros'] },
    { op: 'ReduceMean', inputs: ['zeros'], outputs: ['nothing'], attributes: { axes: [0] } },
    { op: 'Add', inputs: ['image', 'nothing'], outputs: ['restored'] },
  ],
  constants: [
    { name: 'small', shape: [1], data: Float32Array.of(3 * 96 * 96) },
    { name: 'power', shape: [1], data: Float32Array.of(6) },
    { name: 'many', shape: [1], data: Float32Array.of(1e5) },
  ],
};

/** Copies the image 2^63 − 1 times. */
const ENDLESS: Pick<GraphSpec, 'nodes' | 'constants'> = {
  nodes: [
    {
      op: 'Loop',
      inputs: ['times', 'go', 'image'],
      outputs: ['restored'],
      attributes: {
        body: {
          inputs: [
            { name: 'index', shape: [], type: 'int64' },
            { name: 'going', shape: [], type: 'bool' },
            { name: 'before', shape: [1, 3, 'h', 'w'] },
          ],
          outputs: [
            { name: 'further', shape: [], type: 'bool' },
            { name: 'after', shape: [1, 3, 'h', 'w'] },
          ],
          nodes: [
            { op: 'Identity', inputs: ['going'], outputs: ['further'] },
            { op: 'Identity', inputs: ['before'], outputs: ['after'] },
          ],
        },
      },
    },
  ],
  constants: [
    { name: 'times', shape: [], data: BigInt64Array.of(2n ** 63n - 1n) },
    { name: 'go', shape: [], data: Uint8Array.of(1) },
  ],
};

function meanMap(from: string, to: string): NodeSpec[] {
  return [
    { op: 'AveragePool', inputs: [from], outputs: [`${to}_pool`], attributes: pool },
    {
      op: 'ReduceMean',
      inputs: [`${to}_pool`],
      outputs: [to],
      attributes: { axes: [1], keepdims: 1 },
    },
  ];
}

function single(kind: TinyKind): GraphSpec {
  const shapes = { inputs: [IMAGE], outputs: [RESTORED] };
  switch (kind) {
    case 'nan':
      return {
        ...shapes,
        nodes: [
          { op: 'Sub', inputs: ['image', 'image'], outputs: ['zero'] },
          { op: 'Div', inputs: ['zero', 'zero'], outputs: ['restored'] },
        ],
      };
    case 'dark':
      return {
        ...shapes,
        nodes: [{ op: 'Sub', inputs: ['image', 'image'], outputs: ['restored'] }],
      };
    case 'soft':
      return { ...shapes, ...sharpen(-0.8) };
    case 'identity':
      return { ...shapes, nodes: [{ op: 'Identity', inputs: ['image'], outputs: ['restored'] }] };
    case 'hungry':
      return { ...shapes, ...HUNGRY };
    case 'endless':
      return { ...shapes, ...ENDLESS };
    case 'failing':
      return {
        ...shapes,
        constants: [{ name: 'odd', shape: [3], data: BigInt64Array.of(7n, 7n, 7n) }],
        nodes: [{ op: 'Reshape', inputs: ['image', 'odd'], outputs: ['restored'] }],
      };
    default: {
      return { ...shapes, ...sharpen(1) };
    }
  }
}
