/**
 * Writes small ONNX graphs (protobuf): the provider probe needs one that belongs to no plug-in, and
 * the tests need whole plug-ins of a few hundred bytes. Field numbers are those of onnx.proto3.
 */

/** An integer from 0, several of them, or the body of a loop. */
export type AttributeValue = number | readonly number[] | GraphSpec;

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

/** Returns the bytes of an ONNX file. */
export function encodeModel(graph: GraphSpec): Uint8Array {
  return join([
    integer(1, IR_VERSION),
    message(7, encodeGraph(graph)),
    message(8, integer(2, OPSET)),
  ]);
}

function encodeGraph({ nodes, constants = [], inputs, outputs }: GraphSpec): Uint8Array {
  return join([
    ...nodes.map((node) => message(1, encodeNode(node))),
    text(2, 'graph'),
    ...constants.map((constant) => message(5, encodeConstant(constant))),
    ...inputs.map((input) => message(11, encodeValueInfo(input))),
    ...outputs.map((output) => message(12, encodeValueInfo(output))),
  ]);
}

function encodeNode({ op, inputs, outputs, attributes = {} }: NodeSpec): Uint8Array {
  return join([
    ...inputs.map((name) => text(1, name)),
    ...outputs.map((name) => text(2, name)),
    text(4, op),
    ...Object.entries(attributes).map((attribute) => message(5, encodeAttribute(...attribute))),
  ]);
}

function encodeAttribute(name: string, value: AttributeValue): Uint8Array {
  const named = text(1, name);
  if (typeof value === 'number') return join([named, integer(3, value), integer(20, 2)]);
  if ('nodes' in value) return join([named, message(6, encodeGraph(value)), integer(20, 5)]);
  return join([named, ...value.map((item) => integer(8, item)), integer(20, 7)]);
}

function encodeConstant({ name, shape, data }: ConstantSpec): Uint8Array {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const sides = shape.map((side) => integer(1, side));
  return join([...sides, integer(2, typeOf(data)), text(8, name), message(9, bytes)]);
}

function typeOf(data: ConstantSpec['data']): number {
  if (data instanceof Float32Array) return TYPES.float32;
  return data instanceof BigInt64Array ? TYPES.int64 : TYPES.bool;
}

function encodeValueInfo({ name, shape, type = 'float32' }: TensorSpec): Uint8Array {
  const sides = shape.map((side) =>
    message(1, typeof side === 'number' ? integer(1, side) : text(2, side)),
  );
  const tensor = join([integer(1, TYPES[type]), message(2, join(sides))]);
  return join([text(1, name), message(2, message(1, tensor))]);
}

function message(field: number, body: Uint8Array): Uint8Array {
  return join([varint(field * 8 + 2), varint(body.length), body]);
}

function text(field: number, value: string): Uint8Array {
  return message(field, Buffer.from(value));
}

function integer(field: number, value: number): Uint8Array {
  return join([varint(field * 8), varint(value)]);
}

/** Encodes an integer from 0: seven bits a byte, the lowest first. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Uint8Array.of(...bytes, rest);
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts);
}
