/**
 * Writes small ONNX graphs (protobuf): the provider probe needs one that belongs to no plug-in, and
 * the tests need whole plug-ins of a few hundred bytes. Field numbers are those of onnx.proto3.
 */

export type AttributeValue = number | readonly number[] | string | GraphSpec;

export interface NodeSpec {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
}

export interface TensorSpec {
  readonly name: string;
  /** Each side as a number, or as a name if it may differ from run to run. */
  readonly shape: readonly (number | string)[];
  readonly type?: keyof typeof TYPES;
}

export interface ConstantSpec {
  readonly name: string;
  readonly shape: readonly number[];
  /** Float32, int64 or, as bytes, Boolean. */
  readonly data: Float32Array | BigInt64Array | Uint8Array;
}

export interface GraphSpec {
  readonly nodes: readonly NodeSpec[];
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  readonly constants?: readonly ConstantSpec[];
}

const TYPES = { float32: 1, int64: 7, bool: 9 } as const;
const OPSET = 17;
const IR_VERSION = 8;

export function encodeModel(graph: GraphSpec): Uint8Array {
  return join([
    varintField(1, IR_VERSION),
    message(7, encodeGraph(graph)),
    message(8, join([varintField(2, OPSET)])),
  ]);
}

function encodeGraph(graph: GraphSpec): Uint8Array {
  return join([
    ...graph.nodes.map((node) => message(1, encodeNode(node))),
    message(2, utf8('graph')),
    ...(graph.constants ?? []).map((constant) => message(5, encodeConstant(constant))),
    ...graph.inputs.map((input) => message(11, encodeValueInfo(input))),
    ...graph.outputs.map((output) => message(12, encodeValueInfo(output))),
  ]);
}

function encodeNode(node: NodeSpec): Uint8Array {
  return join([
    ...node.inputs.map((name) => message(1, utf8(name))),
    ...node.outputs.map((name) => message(2, utf8(name))),
    message(3, utf8(`${node.op}:${node.outputs[0] ?? ''}`)),
    message(4, utf8(node.op)),
    ...Object.entries(node.attributes ?? {}).map(([name, value]) =>
      message(5, encodeAttribute(name, value)),
    ),
  ]);
}

/** Writes numbers as integers unless they have a fraction, and strings as bytes. */
function encodeAttribute(name: string, value: AttributeValue): Uint8Array {
  const parts = [message(1, utf8(name))];
  if (typeof value === 'string') parts.push(message(4, utf8(value)), varintField(20, 3));
  else if (isGraph(value)) parts.push(message(6, encodeGraph(value)), varintField(20, 5));
  else if (typeof value !== 'number') {
    parts.push(...value.map((item) => varintField(8, item)), varintField(20, 7));
  } else if (Number.isInteger(value)) parts.push(varintField(3, value), varintField(20, 2));
  else parts.push(tag(2, 5), new Uint8Array(Float32Array.of(value).buffer), varintField(20, 1));
  return join(parts);
}

function isGraph(value: AttributeValue): value is GraphSpec {
  return typeof value === 'object' && 'nodes' in value;
}

function encodeConstant({ name, shape, data }: ConstantSpec): Uint8Array {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return join([
    ...shape.map((side) => varintField(1, side)),
    varintField(2, typeOf(data)),
    message(8, utf8(name)),
    message(9, bytes),
  ]);
}

function typeOf(data: ConstantSpec['data']): number {
  if (data instanceof Float32Array) return TYPES.float32;
  return data instanceof BigInt64Array ? TYPES.int64 : TYPES.bool;
}

function encodeValueInfo({ name, shape, type = 'float32' }: TensorSpec): Uint8Array {
  const sides = shape.map((side) =>
    message(1, typeof side === 'number' ? varintField(1, side) : message(2, utf8(side))),
  );
  const tensor = join([varintField(1, TYPES[type]), message(2, join(sides))]);
  return join([message(1, utf8(name)), message(2, message(1, tensor))]);
}

function message(field: number, body: Uint8Array): Uint8Array {
  return join([tag(field, 2), varint(body.length), body]);
}

function varintField(field: number, value: number): Uint8Array {
  return join([tag(field, 0), varint(value)]);
}

function tag(field: number, wire: number): Uint8Array {
  return varint(field * 8 + wire);
}

/** Encodes base-128; negative numbers as the ten bytes of their 64-bit two's complement. */
function varint(value: number): Uint8Array {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return Uint8Array.from(bytes);
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
