import type { DType, HostArray } from '../../core/host-array.js';
import { ProtoWriter } from '../../core/protobuf.js';
import { isConstant, isInput } from '../define-op.js';
import { type Graph, inputsOf, nodesOf } from '../graph.js';
import type { Node, Tensor, TensorType } from '../tensor.js';
import type { OnnxAttribute, OnnxContext, OnnxNodeOptions, OnnxTarget } from './context.js';

/** TensorProto.DataType of each element type. */
const elementType: Readonly<Record<DType, number>> = { float32: 1, int64: 7, bool: 9 };

export interface OnnxOptions {
  readonly target: OnnxTarget;
  /** Channels per block of the engine's blocked convolution (found by trying); 0 leaves it alone. */
  readonly block?: number;
  /** Inputs whose numbers are known: they become initializers, which lets the engine prepare them once. */
  readonly constants?: Readonly<Record<string, HostArray>>;
}

/**
 * A graph as the bytes of an ONNX model: opset 17, static shapes, contrib operators where the target has them.
 * The same graph gives the same bytes. Values are named by their place in topological order.
 */
export function toOnnx(graph: Graph, { target, constants = {}, block = 0 }: OnnxOptions): Uint8Array {
  const nodes = nodesOf(graph);
  const names = nameValues(nodes, graph);
  const body = new Body({ names, target, block, constants });
  for (const node of nodes) {
    if (isConstant(node)) body.initializer(names.get(node.outputs[0]!)!, node.attributes['value'] as HostArray);
    else if (!isInput(node)) body.emit(node);
  }
  for (const [name, tensor] of Object.entries(graph.outputs)) body.result(name, tensor);

  const inputs = [...inputsOf(graph)];
  const encoded = body.encode(Object.keys(graph.outputs));
  const model = new ProtoWriter();
  model.int(1, 8); // ir_version
  model.text(2, 'langevin');
  model.message(7, (g) => {
    for (const node of encoded) g.blob(1, node);
    g.text(2, 'langevin');
    for (const [name, value] of body.initializers) g.writer(5, tensorProto(name, value));
    for (const [name, type] of inputs) {
      if (Object.hasOwn(constants, name)) g.writer(5, tensorProto(name, constants[name]!));
      else g.blob(11, valueInfo(name, type));
    }
    for (const [name, type] of Object.entries(graph.outputs)) g.blob(12, valueInfo(name, type));
  });
  model.message(8, (opset) => opset.text(1, '').int(2, 17));
  for (const domain of [...body.domains].sort()) model.message(8, (opset) => opset.text(1, domain).int(2, 1));
  return model.bytes();
}

/** Inputs and outputs keep their names; what lies between is called after its op and place, behind a `%` of its own. */
function nameValues(nodes: readonly Node[], graph: Graph): Map<Tensor, string> {
  const names = new Map<Tensor, string>();
  for (const [name, tensor] of inputsOf(graph)) names.set(tensor, name);
  for (const [name, tensor] of Object.entries(graph.outputs)) {
    // A computed tensor that is asked for once carries its output name directly.
    if (!names.has(tensor) && !isConstant(tensor.node)) names.set(tensor, name);
  }
  for (const [place, node] of nodes.entries()) {
    for (const out of node.outputs) if (!names.has(out)) names.set(out, `%${node.op.name}_${place}_${out.index}`);
  }
  return names;
}

interface BodyOptions extends Required<OnnxOptions> {
  readonly names: Map<Tensor, string>;
}

/** Collects encoded nodes and initializers while ops describe themselves. */
class Body {
  readonly initializers = new Map<string, HostArray>();
  readonly domains = new Set<string>();
  readonly #names: Map<Tensor, string>;
  readonly #target: OnnxTarget;
  readonly #block: number;
  readonly #constants: Readonly<Record<string, HostArray>>;
  readonly #shared = new Map<string, string>();
  readonly #records: NodeRecord[] = [];
  /** What each reshaped value was before. */
  readonly #reshaped = new Map<string, string>();
  #fresh = 0;

  constructor({ names, target, block, constants }: BodyOptions) {
    this.#names = names;
    this.#target = target;
    this.#block = block;
    this.#constants = constants;
  }

  initializer(name: string, value: HostArray): void {
    this.initializers.set(name, value);
  }

  result(name: string, tensor: Tensor): void {
    const value = this.#names.get(tensor)!;
    if (value !== name) this.#node('Identity', [value], { outputs: [name] });
  }

  emit(node: Node): void {
    const inputs = node.inputs.map((x) => this.#names.get(x)!);
    const outputs = node.outputs.map((y) => this.#names.get(y)!);
    if (typeof node.op.onnx === 'string') {
      this.#node(node.op.onnx, inputs, { outputs });
      return;
    }
    const context: OnnxContext<object> = {
      attributes: node.attributes,
      inputs: node.inputs,
      outputs: node.outputs,
      in: inputs,
      out: outputs,
      target: this.#target,
      block: this.#block,
      known: (i) => isConstant(node.inputs[i]!.node) || Object.hasOwn(this.#constants, inputs[i]!),
      node: (type, ins, options) => this.#node(type, ins, options),
      constant: (value) => this.#constant(value),
      ints: (values) =>
        this.#constant({ dtype: 'int64', shape: [values.length], data: BigInt64Array.from(values, BigInt) }),
    };
    node.op.onnx(context);
  }

  /** Small constants are shared by value. */
  #constant(value: HostArray): string {
    const id = value.data.length <= 16 ? `${value.dtype}[${value.shape.join()}]${value.data.join()}` : undefined;
    const known = id === undefined ? undefined : this.#shared.get(id);
    if (known !== undefined) return known;
    const name = `%const_${this.initializers.size}`;
    this.initializers.set(name, value);
    if (id !== undefined) this.#shared.set(id, name);
    return name;
  }

  #node(type: string, inputs: readonly string[], options: OnnxNodeOptions = {}): string {
    const outputs = options.outputs ?? [`%t_${this.#fresh++}`];
    // A reshape of a reshape reads the origin; the one between is dropped below if nothing else reads it.
    const origin = type === 'Reshape' ? this.#reshaped.get(inputs[0]!) : undefined;
    const ins = origin === undefined ? inputs : [origin, ...inputs.slice(1)];
    if (type === 'Reshape') this.#reshaped.set(outputs[0]!, ins[0]!);
    this.#records.push({ type, inputs: ins, outputs, options });
    return outputs[0]!;
  }

  /** The encoded nodes that lead to a result, in order. */
  encode(results: Iterable<string>): Uint8Array[] {
    const needed = new Set(results);
    const kept = this.#records.toReversed().filter(({ inputs, outputs }) => {
      const used = outputs.some((name) => needed.has(name));
      if (used) for (const name of inputs) needed.add(name);
      return used;
    });
    return kept.toReversed().map((record, place) => {
      if (record.options.domain) this.domains.add(record.options.domain);
      return nodeProto(record, place);
    });
  }
}

interface NodeRecord {
  readonly type: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly options: OnnxNodeOptions;
}

function nodeProto({ type, inputs, outputs, options }: NodeRecord, place: number): Uint8Array {
  const proto = new ProtoWriter();
  for (const name of inputs) proto.text(1, name);
  for (const name of outputs) proto.text(2, name);
  proto.text(3, `${type}_${place}`);
  proto.text(4, type);
  for (const [name, value] of Object.entries(options.attributes ?? {})) proto.blob(5, attribute(name, value));
  if (options.domain) proto.text(7, options.domain);
  return proto.bytes().slice();
}

function attribute(name: string, value: OnnxAttribute): Uint8Array {
  const proto = new ProtoWriter().text(1, name);
  if (typeof value === 'number') proto.int(3, value).int(20, 2);
  else if (typeof value === 'string') proto.text(4, value).int(20, 3);
  else if ('float' in value) proto.float(2, value.float).int(20, 1);
  else proto.ints(8, value).int(20, 7);
  return proto.bytes();
}

function tensorProto(name: string, { shape, dtype, data }: HostArray): ProtoWriter {
  const proto = new ProtoWriter();
  proto.ints(1, shape).int(2, elementType[dtype]).text(8, name);
  return proto.blob(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function valueInfo(name: string, { shape, dtype }: TensorType): Uint8Array {
  const proto = new ProtoWriter().text(1, name);
  proto.message(2, (type) =>
    type.message(1, (tensor) =>
      tensor.int(1, elementType[dtype]).message(2, (dims) => {
        for (const n of shape) dims.message(1, (dim) => dim.int(1, n));
      }),
    ),
  );
  return proto.bytes();
}
