import { ToolkitError } from '../core/errors.js';
import { type DataOf, type DType, floats, type HostArray, type Shape } from '../core/host-array.js';
import type { OnnxContext } from './onnx/context.js';
import type { Ops } from './ops/index.js';
import type { Node, Operand, Tensor, TensorType } from './tensor.js';

export type Data = DataOf[DType];

/** Everything the derivative rule of an op may use. */
export interface VjpContext<A> {
  readonly inputs: readonly Tensor[];
  readonly attributes: A;
  readonly outputs: readonly Tensor[];
  /** The first output, for the many ops that have one. */
  readonly y: Tensor;
  /** Cotangent of the first output; never null there unless only another output was used. */
  readonly dy: Tensor;
  /** Cotangents of every output; null where nothing depends on that output. */
  readonly cotangents: readonly (Tensor | null)[];
  /** All ops by name, so that a rule needs no import of another op's file. */
  readonly ops: Ops;
}

/** One case of the conformance suite: random inputs of these shapes. */
export interface OpSample<Given> {
  readonly inputs: readonly (Shape | HostArray)[];
  readonly attributes?: Given;
  /** Range of the random float inputs, where the op is smooth; [−2, 2] unless told. */
  readonly range?: readonly [low: number, high: number];
}

/** Everything the graph needs to know about an op, in its one file. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- attributes differ from op to op
export interface OpDefinition<A extends object = any, Given extends object = any> {
  readonly name: string;
  /** Completes and canonicalises the attributes given by the caller; identity unless told. */
  readonly attributes?: (given: Given, inputs: readonly TensorType[]) => A;
  /** Types of the outputs, or a thrown ToolkitError that names the shapes that clashed. */
  readonly infer: (inputs: readonly TensorType[], attributes: A) => TensorType | readonly TensorType[];
  /** The slow, obvious meaning of the op: what ONNX output is tested against. */
  readonly evaluate: (
    inputs: readonly HostArray[],
    attributes: A,
    outputs: readonly TensorType[],
  ) => Data | readonly Data[];
  /** One cotangent per input (null for none), built from ops, so that it differentiates again; or why there is none. */
  readonly vjp: ((at: VjpContext<A>) => readonly (Tensor | null)[]) | string;
  /**
   * The outputs made once more out of what derivatives need anyway (null for one that cannot be), where that costs less
   * than keeping them in memory until the backward pass; see `grad`.
   */
  readonly again?: (at: Pick<VjpContext<A>, 'inputs' | 'attributes' | 'outputs' | 'ops'>) => readonly (Tensor | null)[];
  /** Writes the op as ONNX: a bare operator type, or a function that emits nodes. */
  readonly onnx: string | ((at: OnnxContext<A>) => void);
  /** Cases for the conformance suite. */
  readonly samples: readonly OpSample<Given>[];
}

export interface Op<Given extends object = object> {
  (...args: readonly Operand[] | readonly [...Operand[], Given]): Tensor;
  readonly definition: OpDefinition;
  /** Applies the op and returns all of its outputs. */
  all(inputs: readonly Operand[], attributes?: Given): readonly Tensor[];
}

/**
 * Makes a callable op out of its definition. Attributes come last: `sum(x, { axes: [1] })`.
 * `A` are the complete attributes a node carries, `Given` what a caller may write.
 */
export function defineOp<A extends object = object, Given extends object = Partial<A>>(
  definition: OpDefinition<A, Given>,
): Op<Given> {
  const all = (operands: readonly Operand[], given: Given = {} as Given): readonly Tensor[] =>
    makeNode(definition, operands.map(toTensor), given).outputs;
  const op = (...args: readonly (Operand | Given)[]): Tensor => {
    const last = args.at(-1);
    const given = isOperand(last) ? undefined : last;
    return all((isOperand(last) ? args : args.slice(0, -1)) as readonly Operand[], given)[0]!;
  };
  return Object.assign(op, { definition: definition as OpDefinition, all }) as unknown as Op<Given>;
}

/** A node of `definition` over `inputs`, checked and with canonical attributes. */
export function makeNode<A extends object, Given extends object>(
  definition: OpDefinition<A, Given>,
  inputs: readonly Tensor[],
  given: Given,
): Node {
  const attributes = definition.attributes ? definition.attributes(given, inputs) : (given as unknown as A);
  const inferred = definition.infer(inputs, attributes);
  const types = Array.isArray(inferred) ? (inferred as readonly TensorType[]) : [inferred as TensorType];
  const outputs: Tensor[] = [];
  const node: Node = { op: definition as OpDefinition, inputs, attributes: attributes as Node['attributes'], outputs };
  for (const [index, { shape, dtype }] of types.entries()) outputs.push({ node, index, shape, dtype });
  return node;
}

function isOperand(value: unknown): value is Operand {
  return typeof value === 'number' || (typeof value === 'object' && value !== null && 'node' in value);
}

const toTensor = (operand: Operand): Tensor =>
  typeof operand === 'number' ? constant(floats([], [operand])) : operand;

/** A named placeholder whose numbers arrive at run time. */
export function input(name: string, shape: Shape, dtype: DType = 'float32'): Tensor {
  return makeNode(inputOp, [], { name, shape, dtype }).outputs[0]!;
}

/** Numbers known when the graph is built. */
export function constant(value: HostArray | number): Tensor {
  return makeNode(constantOp, [], { value: typeof value === 'number' ? floats([], [value]) : value }).outputs[0]!;
}

export const inputOp: OpDefinition<{ name: string; shape: Shape; dtype: DType }> = {
  name: 'input',
  infer: (_, { shape, dtype }) => ({ shape, dtype }),
  evaluate: (_, { name }) => {
    throw new ToolkitError('missing-input', `Graph input "${name}" was given no value.`);
  },
  vjp: () => [],
  onnx: () => {},
  samples: [],
};

export const constantOp: OpDefinition<{ value: HostArray }> = {
  name: 'constant',
  infer: (_, { value }) => ({ shape: value.shape, dtype: value.dtype }),
  evaluate: (_, { value }) => value.data,
  vjp: () => [],
  onnx: () => {},
  samples: [],
};

export const isInput = (node: Node): boolean => node.op === inputOp;
export const isConstant = (node: Node): boolean => node.op === constantOp;
